"""Whether a stated suspension, amendment, termination or carve-out is new, known, or a correction."""

import json
from dataclasses import dataclass, replace
from datetime import date

from roads.domain.events import Kind
from roads.domain.places import Stretch
from roads.domain.warranty import Element


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened, to what and from when; then what may be corrected later: until when, the months, the papers.

    Without a stretch it happened to the whole contract, without elements to all of them. A carve-out has no contract.
    """

    kind: Kind
    contract_id: int | None
    stretch: Stretch | None
    elements: tuple[Element, ...] | None
    from_on: date
    liable_bin: str | None
    to_on: date | None
    months: int | None
    document: str | None
    note: str | None

    @property
    def words(self) -> str:
        """The same words for the same thing, in whatever row it is stated."""
        stretch = self.stretch
        place = [stretch.carriageway_id, stretch.from_cm, stretch.to_cm] if stretch else None
        return json.dumps(
            [self.kind, self.contract_id, place, self.elements, self.from_on.isoformat(), self.liable_bin]
        )

    @property
    def content(self) -> str:
        """What may be corrected, as words."""
        return json.dumps([self.to_on and self.to_on.isoformat(), self.months, self.document, self.note])

    def completed(self, known: "Happening") -> "Happening":
        """The same with the papers that are known where none are given: a paper left out says nothing."""
        return replace(
            self, stretch=known.stretch, document=self.document or known.document, note=self.note or known.note
        )

    def is_near(self, other: "Happening") -> bool:
        """Whether both are one thing but for what mappings between measurements round."""
        if self.stretch is None or other.stretch is None or not self.stretch.is_near(other.stretch):
            return False
        return replace(self, stretch=other.stretch).words == other.words


@dataclass(frozen=True, slots=True)
class KnownHappening:
    """One on record."""

    id: int
    what: Happening


@dataclass(frozen=True, slots=True)
class ToWrite:
    """One to be stored, in place of an earlier version where there is one."""

    what: Happening
    replaces: int | None


def compared(stated: Happening, known: KnownHappening | None) -> ToWrite | None:
    """What is to be written of a stated happening, if anything; `known` is the same one on record."""
    if known is None:
        return ToWrite(stated, None)
    complete = stated.completed(known.what)
    return None if complete.content == known.what.content else ToWrite(complete, known.id)
