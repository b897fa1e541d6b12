"""What an import has to say about a row: what is wrong, what to do about it, and what was done with the row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from enum import StrEnum

from roads.domain.errors import RoadsError


class Action(StrEnum):
    """What was done with the row."""

    SET_ASIDE = "set_aside"
    REPAIRED = "repaired"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of a report. `code` finds the sentences `problem.<code>` and `remedy.<code>`, `params` fill both.

    `row` is the line in the file (the header is 1), for geodata the feature counted from 1.
    """

    row: int
    field: str
    value: str
    code: str
    action: Action = Action.SET_ASIDE
    params: Mapping[str, object] = member(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """Rows of a file by what became of them; `read` is always the sum of the other three."""

    imported: int = 0
    unchanged: int = 0
    set_aside: int = 0

    @property
    def read(self) -> int:
        """All rows that were read."""
        return self.imported + self.unchanged + self.set_aside

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.imported + other.imported, self.unchanged + other.unchanged, self.set_aside + other.set_aside
        )


class BadFields(RoadsError):
    """What somebody sent cannot be kept as it is. Carries `remarks`, one or more for each field that is wrong."""

    code = "bad_fields"

    def __init__(self, remarks: Sequence[Remark]) -> None:
        super().__init__(fields=", ".join(sorted({remark.field for remark in remarks})))
        self.remarks = tuple(remarks)


def refused(field: str, code: str, value: str = "", **params: object) -> BadFields:
    """One field is wrong."""
    return BadFields([Remark(0, field, value, code, params=params)])


Say = Callable[[Remark], None]
"""Where remarks go as they arise, so that memory does not grow with the file."""
