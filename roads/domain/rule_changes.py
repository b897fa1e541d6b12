"""What a file of rules changes: never two answers for one key and day, and a changed answer is a dated correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from roads.domain.cells import Cells, FirstSaid, Said
from roads.domain.rules import Stated, TermStated


@dataclass(frozen=True, slots=True)
class KnownRule:
    """A rule on record; `id` is None while it was only stated earlier in the same file."""

    id: int | None
    stated: Stated


@dataclass(frozen=True, slots=True)
class RuleToWrite:
    """A rule to be stored, in place of an earlier version where there is one."""

    stated: Stated
    replaces: KnownRule | None


@dataclass(slots=True)
class RuleChanges:
    """Decides row after row; what is to be written stands in `written`. `known` grows by what the rows state."""

    known: dict[str, KnownRule]
    earlier: FirstSaid
    update: bool
    written: list[RuleToWrite] = field(default_factory=list)
    fresh: dict[str, Said] = field(default_factory=dict)

    def consider(self, cells: Cells, stated: Stated) -> None:
        """Take a rule in, or set its row aside and say which rule it contradicts."""
        first = self.fresh.get(stated.words) or self.earlier(stated.words)
        if first:
            if first.content != stated.content:
                cells.refuse("table", "rule_differs_in_file", first_row=first.row)
            return
        known = self.known.get(stated.words)
        if known is None and isinstance(stated, TermStated):
            colliding = self._colliding(stated)
            known = self._to_be_ended(stated, colliding)
            if colliding and known is None:
                self._refuse(cells, colliding[0])
                return
        self._take(cells, stated, known)

    def _colliding(self, stated: TermStated) -> list[KnownRule]:
        return [
            one for one in self.known.values() if isinstance(one.stated, TermStated) and stated.collides(one.stated)
        ]

    def _to_be_ended(self, stated: TermStated, colliding: Sequence[KnownRule]) -> KnownRule | None:
        """The rule on record whose last day of signing the row moves, if updating was asked for."""
        if not self.update or len(colliding) != 1 or colliding[0].id is None:
            return None
        known = colliding[0].stated
        is_same = isinstance(known, TermStated) and (known.key, known.signed_from) == (stated.key, stated.signed_from)
        return colliding[0] if is_same else None

    def _refuse(self, cells: Cells, known: KnownRule) -> None:
        if isinstance(known.stated, TermStated):
            cells.refuse("signed_from", "rule_collides", **shown(known.stated))

    def _take(self, cells: Cells, stated: Stated, known: KnownRule | None) -> None:
        self.fresh[stated.words] = Said(cells.row, stated.content)
        if known and (known.stated.words, known.stated.content) == (stated.words, stated.content):
            return
        if known:
            del self.known[known.stated.words]
        self.known[stated.words] = KnownRule(None, stated)
        self.written.append(RuleToWrite(stated, known))
        cells.ledger.imported(cells.row)


def shown(rule: TermStated) -> Mapping[str, object]:
    """A term rule as a sentence names it."""
    return {
        "months": "none" if rule.months is None else rule.months,
        "signed_from": rule.signed_from or "...",
        "signed_to": rule.signed_to or "...",
        "legal_basis": rule.basis.legal_basis,
    }


def changes_terms(written: Sequence[RuleToWrite]) -> bool:
    """Whether any warranty may become another."""
    return any(isinstance(one.stated, TermStated) for one in written)
