"""The rows of a file cell by cell: what can be understood, and a remark on everything that cannot."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from geo.chainage import parse_chainage, to_cm
from geo.errors import BadValue
from roads.domain.fields import FieldError, check_bin, parse_date, parse_number, parse_whole
from roads.domain.remarks import Action, Remark, Say, Totals
from roads.domain.warranty import Element

T = TypeVar("T")
Code = TypeVar("Code", bound=StrEnum)

EARLIEST_DAY = date(1950, 1, 1)
LATEST_DAY = date(2100, 12, 31)
LONGEST_KEY = 200
"""Longer words are no number of anything; an index would refuse them and the rest of the file with them."""
LONGEST_NAME = 500
"""Longer words are no name: columns have shifted, or somebody wants pages to be unreadable."""
LONGEST_WORDS = 4000
"""What people write at the desk may be as long."""


@dataclass(frozen=True, slots=True)
class Said:
    """The row of a file that was the first to speak of a thing, and what it said."""

    row: int
    content: str


FirstSaid = Callable[[str], Said | None]
"""What an earlier chunk of the file said of a thing, by its words."""


class Ledger:
    """What becomes of the rows of a chunk: set aside with a remark, imported, or found to be known already."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._aside: set[int] = set()
        self._imported: set[int] = set()

    def refuse(self, row: int, field: str, value: str, code: str, **params: object) -> None:
        """Set the row aside and say why; a row may be wrong in several ways."""
        self._aside.add(row)
        self._say(Remark(row, field, value, code, params=params))

    def remark(self, row: int, field: str, value: str, code: str, action: Action, **params: object) -> None:
        """Say something about a row that goes in all the same."""
        self._say(Remark(row, field, value, code, action, params))

    def imported(self, row: int) -> None:
        """The row changed something."""
        self._imported.add(row)

    def is_aside(self, row: int) -> bool:
        """Whether the row was set aside."""
        return row in self._aside

    def totals(self, read: int) -> Totals:
        """Of so many rows; what was neither set aside nor changed anything is unchanged."""
        imported = len(self._imported - self._aside)
        return Totals(imported, read - imported - len(self._aside), len(self._aside))


class Cells:
    """One row: values by column. A cell that cannot be understood sets the row aside and reads as empty."""

    def __init__(self, row: int, values: Mapping[str, str], ledger: Ledger) -> None:
        self.row = row
        self.values = values
        self.ledger = ledger

    @property
    def is_good(self) -> bool:
        """Whether every cell read so far was understood."""
        return not self.ledger.is_aside(self.row)

    def refuse(self, field: str, code: str, **params: object) -> None:
        """Set the row aside for what stands in this cell."""
        self.ledger.refuse(self.row, field, self.values.get(field, ""), code, **params)

    def note(self, field: str, code: str, action: Action = Action.NOTED, **params: object) -> None:
        """Say something about a cell; the row goes in."""
        self.ledger.remark(self.row, field, self.values.get(field, ""), code, action, **params)

    def text(self, field: str) -> str | None:
        """The words in a cell, None where nothing stands; what nobody would read to the end sets the row aside."""
        return self.read(field, words)

    def name(self, field: str) -> str | None:
        """What somebody or something is called, None where nothing stands; set aside where that is no name."""
        return self.read(field, name)

    def key(self, field: str) -> str:
        """Words that must stand there, because the row is known by them."""
        return self.need(field, key) or ""

    def read(self, field: str, parse: Callable[[str], T]) -> T | None:
        """What a cell means, None where nothing stands."""
        words = self.values.get(field)
        if not words:
            return None
        try:
            return parse(words)
        except BadValue as bad:
            self.refuse(field, bad.code, **bad.params)
            return None

    def need(self, field: str, parse: Callable[[str], T]) -> T | None:
        """What a cell means; an empty one sets the row aside."""
        if not self.values.get(field):
            self.refuse(field, "cell_missing")
            return None
        return self.read(field, parse)

    def bin(self, field: str, *, required: bool = True) -> str | None:
        """A BIN; zeros that a spreadsheet dropped are put back, and that is said."""
        found = (self.need if required else self.read)(field, check_bin)
        if found is None:
            return None
        number, was_repaired = found
        if was_repaired:
            self.note(field, "bin_zeros_restored", Action.REPAIRED, bin=number)
        return number


# --- what a cell may hold


def _at_most(most: int) -> Callable[[str], str]:
    """Words of at most so many characters. Errors: FieldError `too_long`."""

    def parse(said: str) -> str:
        if len(said) > most:
            raise FieldError("too_long", said, most=most)
        return said

    return parse


key = _at_most(LONGEST_KEY)
"""Words by which a thing is known. Errors: FieldError `too_long`."""
name = _at_most(LONGEST_NAME)
"""What somebody or something is called. Errors: FieldError `too_long`."""
words = _at_most(LONGEST_WORDS)
"""What somebody has to say. Errors: FieldError `too_long`."""


def possible_day(words: str) -> date:
    """A day on which something of ours may happen. Errors: FieldError `date_too_early`, `date_too_late`."""
    day = parse_date(words)
    if day < EARLIEST_DAY:
        raise FieldError("date_too_early", words, earliest=EARLIEST_DAY)
    if day > LATEST_DAY:
        raise FieldError("date_too_late", words, latest=LATEST_DAY)
    return day


def day_until(today: date) -> Callable[[str], date]:
    """A day that has come: what happened cannot lie in the future. Errors: FieldError `date_in_future`."""

    def parse(words: str) -> date:
        day = parse_date(words)
        if day > today:
            raise FieldError("date_in_future", words, today=today)
        return possible_day(words)

    return parse


def code_of(codes: type[Code]) -> Callable[[str], Code]:
    """One of the codes. Errors: FieldError `unknown_code` with those there are."""

    def parse(words: str) -> Code:
        try:
            return codes(words.lower())
        except ValueError:
            raise FieldError("unknown_code", words, codes=", ".join(codes)) from None

    return parse


def elements(words: str) -> tuple[Element, ...]:
    """Elements of the road separated by `|`, in the order of the list of elements, each once."""
    named = {code_of(Element)(word.strip()) for word in words.split("|") if word.strip()}
    return in_order(named)


def in_order(named: Collection[str]) -> tuple[Element, ...]:
    """The same elements in one order, so that two sections of the same elements are equal."""
    return tuple(element for element in Element if element in named)


def chainage_cm(words: str) -> int:
    """Chainage in whole centimetres."""
    return to_cm(parse_chainage(words))


def number_from(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds. Errors: FieldError `out_of_bounds`."""

    def parse(words: str) -> int:
        number = parse_whole(words)
        if not least <= number <= most:
            raise FieldError("out_of_bounds", words, least=least, most=most)
        return number

    return parse


months = number_from(1, 600)
MOST_TENGE = Decimal(10) ** 16 - 1


def tenge(words: str) -> Decimal:
    """A sum of money with tiyn. Errors: FieldError `out_of_bounds`."""
    amount = parse_number(words)
    if not 0 <= amount <= MOST_TENGE:
        raise FieldError("out_of_bounds", words, least=0, most=MOST_TENGE)
    return amount.quantize(Decimal("0.01"))


def kato(words: str) -> str:
    """A code of the classifier of administrative units, 2 to 9 digits. Errors: FieldError `not_kato`."""
    if not (words.isascii() and words.isdigit() and 2 <= len(words) <= 9):
        raise FieldError("not_kato", words)
    return words
