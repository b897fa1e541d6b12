"""What a chunk of an events file changes, row by row: the first row wins in a file, a later file corrects by date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from geo.chainage import format_cm
from roads.domain.acceptance import Decision, Part, Recorded, Verdict, covers, decide
from roads.domain.cells import Cells, FirstSaid, Said, in_order
from roads.domain.contracts import Handover, KnownContract, KnownSection
from roads.domain.events import EventRow, Kind
from roads.domain.happenings import Happening, KnownHappening, ToWrite, compared
from roads.domain.places import NEAR_END_CM, NotThere, Stretch, snapped
from roads.domain.warranty import Element


@dataclass(frozen=True, slots=True)
class SitedEvent:
    """A row, the cells it was read from, its contract if it has one, and what its place may mean.

    `stretches` is what it means today, empty where it names no place or `missing` says why there is none. `former` are
    its meanings on measurements that were replaced since: the row may speak of what was recorded there.
    """

    cells: Cells
    row: EventRow
    contract: KnownContract | None
    stretches: Sequence[Stretch]
    missing: NotThere | None = None
    former: Sequence[Sequence[Stretch]] = ()


@dataclass(slots=True)
class EventChanges:
    """Decides row after row; what is to be written stands in `accepted` and `happened`.

    `known` are happenings on record by their words. `acceptances` grows by what earlier rows of the chunk accepted.
    """

    sections: Mapping[int, Sequence[KnownSection]]
    acceptances: dict[int, list[Recorded]]
    known: Mapping[str, KnownHappening]
    earlier: FirstSaid
    accepted: list[Decision] = field(default_factory=list)
    happened: list[ToWrite] = field(default_factory=list)
    fresh: dict[str, Said] = field(default_factory=dict)

    def consider(self, sited: SitedEvent) -> None:
        """Take a row in, or set it aside and say why."""
        take = self._accept if sited.row.kind is Kind.ACCEPTANCE else self._happen
        try:
            if take(sited):
                sited.cells.ledger.imported(sited.row.row)
        except NotThere as refused:
            sited.cells.refuse(refused.field, refused.code, **refused.params)

    # --- suspensions, amendments, terminations, carve-outs

    def _happen(self, sited: SitedEvent) -> bool:
        """Whether the row changes something. Errors: NotThere."""
        stated = self._stated(sited)
        new = [one for one in stated if not self._was_said(one.words, one.content)]
        written = [one for stated_one in new if (one := compared(stated_one, self.known.get(stated_one.words)))]
        self.happened.extend(written)
        self._say(sited.row.row, {one.words: one.content for one in new})
        return bool(written)

    def _stated(self, sited: SitedEvent) -> list[Happening]:
        for stretches in sited.former:
            former = [_happening(sited, stretch) for stretch in stretches]
            if former and all(one.words in self.known for one in former):
                return former
        if sited.missing:
            raise sited.missing
        self._demand_elements(sited)
        if sited.row.place is None:
            return [_happening(sited, None)]
        stretches = [stretch for stretch in sited.stretches if self._works_on(sited, stretch)]
        if not stretches:
            raise NotThere("chainage_from", "outside_contract", sections=self._ranges(sited))
        return [_happening(sited, stretch) for stretch in stretches]

    def _works_on(self, sited: SitedEvent, stretch: Stretch) -> bool:
        """Whether the contract works on any of the stretch; a carve-out asks no contract."""
        return sited.contract is None or any(one.stretch.overlaps(stretch) for one in self._sections(sited))

    # --- acceptances

    def _accept(self, sited: SitedEvent) -> bool:
        """Whether the row changes something. Errors: NotThere."""
        decisions = self._former_decisions(sited) or self._decisions(self._parts(sited))
        changing = []
        for one in decisions:
            if self._was_said(one.part.words, one.part.handover.words):
                continue
            if one.verdict is Verdict.OTHERWISE:
                raise NotThere("from_on", "accepted_otherwise", known=one.known_days)
            changing.append(one)
        self._say(sited.row.row, {one.part.words: one.part.handover.words for one in changing})
        changing = [one for one in changing if one.verdict is not Verdict.KNOWN]
        for one in changing:
            self.acceptances.setdefault(one.part.section_id, []).append(Recorded(None, one.part))
        self.accepted.extend(changing)
        return bool(changing)

    def _decisions(self, parts: Sequence[Part]) -> list[Decision]:
        return [decide(part, self.acceptances.get(part.section_id, ())) for part in parts]

    def _former_decisions(self, sited: SitedEvent) -> list[Decision]:
        """What is decided where the row speaks of parts accepted on a measurement that was replaced, else nothing."""
        for stretches in sited.former:
            decisions = self._decisions(self._cut(sited, stretches))
            if decisions and all(one.against for one in decisions):
                return decisions
        return []

    def _parts(self, sited: SitedEvent) -> list[Part]:
        if sited.missing:
            raise sited.missing
        self._demand_elements(sited)
        row = sited.row
        if row.place is None:
            return [_part(row, one, one.stretch) for one in _one_stretch(self._sections(sited))]
        parts = self._cut(sited, sited.stretches)
        if not parts or not (row.place.is_whole or _is_inside(row, sited.stretches, parts)):
            raise NotThere("chainage_from", "outside_section", sections=self._ranges(sited))
        return parts

    def _cut(self, sited: SitedEvent, stretches: Sequence[Stretch]) -> list[Part]:
        """The parts of the contract's sections that lie in the stretches; slivers beside greater parts do not count."""
        parts = [
            _part(sited.row, section, stretch)
            for stretch in stretches
            for section in self._sections(sited)
            if section.stretch.overlaps(stretch)
        ]
        return [part for part in parts if part.to_cm - part.from_cm > NEAR_END_CM] or [
            part for part in parts if part.to_cm > part.from_cm
        ]

    # --- what the contract works on

    def _of_contract(self, sited: SitedEvent) -> Sequence[KnownSection]:
        return self.sections.get(sited.contract.id, ()) if sited.contract else ()

    def _sections(self, sited: SitedEvent) -> list[KnownSection]:
        """The contract's sections with any of the row's elements."""
        elements = set(sited.row.elements or Element)
        return [one for one in self._of_contract(sited) if not elements.isdisjoint(one.elements)]

    def _demand_elements(self, sited: SitedEvent) -> None:
        """Errors: NotThere when the row names an element that its contract does not cover."""
        covered = {element for one in self._of_contract(sited) for element in one.elements}
        if sited.contract and sited.row.elements and not covered.issuperset(sited.row.elements):
            raise NotThere("elements", "elements_outside_section", elements=", ".join(in_order(covered)) or "-")

    def _ranges(self, sited: SitedEvent) -> str:
        of_contract = self._of_contract(sited)
        stretches = sorted({(one.stretch.from_cm, one.stretch.to_cm) for one in of_contract if one.is_in_use})
        shown = (f"{format_cm(a)} - {format_cm(b)}" for a, b in stretches[:3])
        return ", ".join(shown) or "-"

    # --- what the file has said before

    def _was_said(self, words: str, content: str) -> bool:
        """Whether an earlier row said this. Errors: NotThere when it said otherwise."""
        first = self.fresh.get(words) or self.earlier(words)
        if first and first.content != content:
            raise NotThere("kind", "event_differs_in_file", first_row=first.row)
        return first is not None

    def _say(self, row: int, said: Mapping[str, str]) -> None:
        self.fresh |= {words: Said(row, content) for words, content in said.items()}


def _happening(sited: SitedEvent, stretch: Stretch | None) -> Happening:
    row = sited.row
    # Of a carve-out nobody can say "all of the contract's": the element of a file that names none is the pavement.
    elements = row.elements or ((Element.PAVEMENT,) if row.kind is Kind.CARVE_OUT else None)
    contract_id = sited.contract.id if sited.contract else None
    identity = (row.kind, contract_id, stretch, elements, row.from_on, row.liable_bin)
    return Happening(*identity, row.to_on, row.months, row.document, row.note)


def _part(row: EventRow, section: KnownSection, stretch: Stretch) -> Part:
    start = max(snapped(stretch.from_cm, section.stretch.from_cm), section.stretch.from_cm)
    end = min(snapped(stretch.to_cm, section.stretch.to_cm), section.stretch.to_cm)
    elements = in_order(set(row.elements or section.elements) & set(section.elements))
    return Part(section.id, start, end, elements, Handover(row.from_on, row.document, None))


def _one_stretch(sections: Sequence[KnownSection]) -> list[KnownSection]:
    """The sections of a contract that works on one stretch only; of another it must be said which was accepted."""
    in_use = [one for one in sections if one.is_in_use] or list(sections)
    in_use.sort(key=lambda one: (one.stretch.from_cm, one.id))
    if not in_use or any(
        a.elements != b.elements or a.chain_id != b.chain_id or abs(a.stretch.to_cm - b.stretch.from_cm) > NEAR_END_CM
        for a, b in pairwise(in_use)
    ):
        raise NotThere("source_id", "which_section")
    return in_use


def _is_inside(row: EventRow, stretches: Sequence[Stretch], parts: Sequence[Part]) -> bool:
    """Whether sections hold every metre of the stated range with each of its elements.

    Both carriageways of a divided road carry one chainage, so that a contract for one of them holds the range too.
    """
    start, end = min(one.from_cm for one in stretches), max(one.to_cm for one in stretches)
    elements: Sequence[Element | None] = row.elements or (None,)
    return all(
        covers(
            ((part.from_cm, part.to_cm) for part in parts if element is None or element in part.elements),
            start + NEAR_END_CM,
            end - NEAR_END_CM,
        )
        for element in elements
    )
