"""What a chunk of a contracts file changes, row by row: the first row wins in a file, a later file corrects by date."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from roads.domain.acceptance import Decision, Part, Recorded, Verdict, decide
from roads.domain.cells import Cells, FirstSaid, Ledger, Said
from roads.domain.contracts import (
    TERM,
    ContractFacts,
    ContractKey,
    ContractRow,
    Handover,
    KnownContract,
    KnownSection,
)
from roads.domain.places import NotThere, Stretch
from roads.domain.remarks import Action
from roads.domain.warranty import Element


@dataclass(frozen=True, slots=True)
class Sited:
    """A row, the cells it was read from, and the stretches of road that it means today.

    `missing` says why there are none. `former` is what it meant on measurements that were replaced since: the row may
    speak of what was recorded there.
    """

    cells: Cells
    row: ContractRow
    stretches: Sequence[Stretch]
    missing: NotThere | None = None
    former: Sequence[Sequence[Stretch]] = ()


@dataclass(frozen=True, slots=True)
class NewSection:
    """A section that is not on record yet; `handover` None: under way."""

    key: ContractKey
    stretch: Stretch
    elements: tuple[Element, ...]
    handover: Handover | None


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What is known of the contracts of a chunk: themselves, their sections by contract, acceptances by section."""

    contracts: Mapping[ContractKey, KnownContract]
    sections: Mapping[int, Sequence[KnownSection]]
    acceptances: Mapping[int, Sequence[Recorded]]

    def section(self, key: ContractKey, stretch: Stretch, elements: tuple[Element, ...]) -> KnownSection | None:
        """The section of a contract with exactly this stretch and these elements."""
        contract = self.contracts.get(key)
        sections = self.sections.get(contract.id, ()) if contract else ()
        return next((one for one in sections if (one.stretch, one.elements) == (stretch, elements)), None)


@dataclass(slots=True)
class ContractChanges:
    """Decides row after row; what is to be written stands in `added`, `corrected`, `sections` and `accepted`."""

    record: OnRecord
    earlier: FirstSaid
    ledger: Ledger
    update: bool
    added: dict[ContractKey, ContractFacts] = field(default_factory=dict)
    corrected: dict[ContractKey, ContractFacts] = field(default_factory=dict)
    sections: list[NewSection] = field(default_factory=list)
    accepted: list[tuple[ContractKey, Decision]] = field(default_factory=list)
    fresh: dict[str, Said] = field(default_factory=dict)

    def consider(self, sited: Sited) -> None:
        """Take a row in, or set it aside and say what it contradicts."""
        stretches = self._stretches(sited)
        facts = self._facts(sited.row) if stretches else Verdict.OTHERWISE
        if facts is Verdict.OTHERWISE:
            return
        decisions = self._decisions(sited.row, stretches)
        if decisions is None:
            return
        self._take(sited.row, stretches, facts, decisions)

    def _stretches(self, sited: Sited) -> Sequence[Stretch]:
        """What the row speaks of: sections on record in the chainages of old, else what it means today."""
        for stretches in (sited.stretches, *sited.former):
            if stretches and all(self.record.section(sited.row.key, one, sited.row.elements) for one in stretches):
                return stretches
        if sited.missing:
            sited.cells.refuse(sited.missing.field, sited.missing.code, **sited.missing.params)
        return sited.stretches

    def _facts(self, row: ContractRow) -> Verdict:
        first = self._first(_contract_words(row.key))
        if first:
            return self._facts_in_file(row, first)
        known = self.record.contracts.get(row.key)
        if known is None:
            return Verdict.NEW
        differing = known.facts.differing(row.facts)
        is_term_alone = differing == [TERM] and row.facts.stated_term_months is not None
        if differing and not (self.update or is_term_alone):
            for name in differing:
                self._refuse(row, name, "contract_differs", known=known.facts.as_words()[name])
            return Verdict.OTHERWISE
        return Verdict.CORRECTION if differing else Verdict.KNOWN

    def _facts_in_file(self, row: ContractRow, first: Said) -> Verdict:
        said, says = json.loads(first.content), row.facts.as_words()
        differing = [name for name in says if says[name] != said[name]]
        for name in differing:
            self._refuse(row, name, "contract_differs_in_file", first_row=first.row, known=said[name])
        return Verdict.OTHERWISE if differing else Verdict.KNOWN

    def _refuse(self, row: ContractRow, name: str, code: str, *, known: str | None, **params: object) -> None:
        self.ledger.refuse(row.row, name, row.facts.as_words()[name] or "", code, known=known or "-", **params)

    def _decisions(self, row: ContractRow, stretches: Sequence[Stretch]) -> list[NewSection | Decision] | None:
        """What the row says of each of its sections that nobody has said yet; None when it was set aside."""
        found: list[NewSection | Decision] = []
        for stretch in stretches:
            first = self._first(_section_words(row, stretch))
            if first is None:
                found.extend(self._section(row, stretch))
            elif first.content != _handover_words(row.handover):
                self._refuse_handover(row, "section_differs_in_file", first_row=first.row)
        return None if self.ledger.is_aside(row.row) else found

    def _section(self, row: ContractRow, stretch: Stretch) -> Iterator[NewSection | Decision]:
        section = self.record.section(row.key, stretch, row.elements)
        if section is None:
            yield NewSection(row.key, stretch, row.elements, row.handover)
            return
        recorded = self.record.acceptances.get(section.id, ())
        if row.handover is None:
            if recorded:
                self.ledger.remark(row.row, "accepted_on", "", "acceptance_stays", Action.NOTED, known=_days(recorded))
            return
        part = Part(section.id, stretch.from_cm, stretch.to_cm, row.elements, row.handover)
        decision = decide(part, recorded)
        if decision.verdict is Verdict.OTHERWISE:
            self._refuse_handover(row, "accepted_otherwise", known=_days(recorded))
        elif decision.verdict is not Verdict.KNOWN:
            yield decision

    def _refuse_handover(self, row: ContractRow, code: str, **params: object) -> None:
        accepted_on = row.handover.accepted_on.isoformat() if row.handover else ""
        self.ledger.refuse(row.row, "accepted_on", accepted_on, code, **params)

    def _take(
        self,
        row: ContractRow,
        stretches: Sequence[Stretch],
        facts: Verdict,
        decisions: Sequence[NewSection | Decision],
    ) -> None:
        self._say(_contract_words(row.key), row.row, json.dumps(row.facts.as_words()))
        for stretch in stretches:
            self._say(_section_words(row, stretch), row.row, _handover_words(row.handover))
        if facts is Verdict.NEW:
            self.added[row.key] = row.facts
        elif facts is Verdict.CORRECTION:
            self.corrected[row.key] = row.facts
        self.sections.extend(one for one in decisions if isinstance(one, NewSection))
        self.accepted.extend((row.key, one) for one in decisions if isinstance(one, Decision))
        if decisions or facts is not Verdict.KNOWN:
            self.ledger.imported(row.row)

    def _first(self, words: str) -> Said | None:
        return self.fresh.get(words) or self.earlier(words)

    def _say(self, words: str, row: int, content: str) -> None:
        if self._first(words) is None:
            self.fresh[words] = Said(row, content)


def _contract_words(key: ContractKey) -> str:
    return json.dumps(["contract", key.customer_bin, key.number])


def _section_words(row: ContractRow, stretch: Stretch) -> str:
    place = [stretch.carriageway_id, stretch.from_cm, stretch.to_cm]
    return json.dumps(["section", row.key.customer_bin, row.key.number, *place, *row.elements])


def _handover_words(handover: Handover | None) -> str:
    return handover.words if handover else ""


def _days(recorded: Sequence[Recorded]) -> str:
    return ", ".join(sorted({one.part.handover.accepted_on.isoformat() for one in recorded}))
