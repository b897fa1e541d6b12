"""How the words in a cell are read: dates, numbers, BINs, road references. What may mean two things is refused."""

import re
from datetime import date
from decimal import Decimal

from geo.errors import BadValue


class FieldError(BadValue):
    """A cell that cannot be understood; `code` is also the code of the remark in the report."""


_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_POINT_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


def parse_date(words: str) -> date:
    """A day written `2024-02-29` or `29.02.2024` (midnight after it is let pass). Errors: FieldError `not_a_date`."""
    plain = words.strip()
    if found := _ISO_DATE.fullmatch(plain):
        year, month, day = found.groups()
    elif found := _POINT_DATE.fullmatch(plain):
        day, month, year = found.groups()
    else:
        raise FieldError("not_a_date", words)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise FieldError("not_a_date", words) from None


_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}|[0-9]{1,3}(?: [0-9]{3}){1,9})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")


def parse_number(words: str) -> Decimal:
    """A finite number with a decimal point; groups of three may be parted by spaces, as accountants do.

    NaN and infinity are no numbers, and a comma could be a decimal or a thousand. Errors: FieldError
    `not_a_number`, `decimal_comma`.
    """
    plain = " ".join(words.split())
    if _NUMBER.fullmatch(plain):
        return Decimal(plain.replace(" ", ""))
    raise FieldError("decimal_comma" if re.fullmatch(r"[+-]?[0-9 ]+,[0-9]+", plain) else "not_a_number", words)


def parse_whole(words: str) -> int:
    """A whole number. Errors: FieldError `not_a_whole_number` or as parse_number."""
    number = parse_number(words)
    if number != number.to_integral_value():
        raise FieldError("not_a_whole_number", words)
    return int(number)


_YES = frozenset({"yes", "true", "1", "да", "иә"})
_NO = frozenset({"no", "false", "0", "нет", "жоқ"})


def parse_yes_no(words: str) -> bool:
    """Yes or no in three languages. Errors: FieldError `not_yes_or_no`."""
    plain = words.strip().lower()
    if plain in _YES or plain in _NO:
        return plain in _YES
    raise FieldError("not_yes_or_no", words)


BIN_DIGITS = 12
# A BIN begins with year and month (an IIN with the birthday): January 2000 loses three zeros, nothing loses more.
_FEWEST_BIN_DIGITS = 9
_FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def check_bin(words: str) -> tuple[str, bool]:
    """A BIN (or IIN) of 12 digits, and whether leading zeros had to be put back.

    A spreadsheet takes a BIN for a number and drops its leading zeros: they are restored only if the check digit
    then holds. Errors: FieldError `bin_has_letters`, `bin_length`, `bin_check_digit`.
    """
    digits = "".join(words.split())
    if not re.fullmatch(r"[0-9]+", digits):
        raise FieldError("bin_has_letters", words)
    if not _FEWEST_BIN_DIGITS <= len(digits) <= BIN_DIGITS:
        raise FieldError("bin_length", words)
    padded = digits.zfill(BIN_DIGITS)
    if not int(padded) or _check_digit(padded) != int(padded[-1]):
        raise FieldError("bin_check_digit", words)
    return padded, padded != digits


def _check_digit(number: str) -> int | None:
    """The 12th digit: weights 1 to 11, and where they give 10 the second row; 10 again is never issued."""
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        rest = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11
        if rest < 10:
            return rest
    return None


_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХІ", "ABEKMHOPCTYXI")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_DASHES = re.compile(r"[\s\u2010-\u2015\u2212_-]+")


def fold_reference(words: str) -> str:
    """A road reference as it is compared: `А 4`, `А-4` (Cyrillic) and `a-4` are all `A-4`.

    Cyrillic letters become the Latin ones that look like them; a word with other Cyrillic letters stays Cyrillic.
    """
    upper = _DASHES.sub("-", words.strip().upper()).strip("-")
    latin = upper.translate(_LOOK_ALIKES)
    return upper if _CYRILLIC.search(latin) else latin
