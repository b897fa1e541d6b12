"""Chainage: how far along a road a place lies, as engineers write it (212+600) and as it is stored (centimetres)."""

import re
from decimal import ROUND_HALF_UP, Decimal

from geo.errors import ChainageError

CENTIMETRES = 100
LARGEST_CM = 2**31 - 2
"""The last centimetre that fits a 32-bit range: 21,474 km, longer than any road."""

_METRES = re.compile(r"(?P<sign>-?)(?P<metres>[0-9]+(?:\.[0-9]+)?)(?: ?[мm])?")
_KILOMETRE_AND_METRES = re.compile(
    r"(?:[кk][мm]\.? ?)?(?P<sign>-?)(?P<km>[0-9]+) ?\+ ?(?P<metres>[0-9]{3}(?:\.[0-9]+)?)"
)
_KILOMETRES = re.compile(r"[кk][мm]\.? ?(?P<sign>-?)(?P<km>[0-9]+(?:\.[0-9]+|,[0-9]{3})?)")
_PICKET = re.compile(r"[пp][кk]\.? ?(?P<sign>-?)(?P<hundreds>[0-9]+)(?: ?\+ ?(?P<metres>[0-9]{2}(?:\.[0-9]+)?))?")


def parse_chainage(words: str) -> Decimal:
    """Metres from `212+600`, `212600.5`, `км 212+600`, `км 212,600`, `км 212.6` or `ПК 2126+00` (hundreds of metres).

    Latin `km` and `PK` serve as well. A comma stands for kilometres,metres only after `км` and with three digits;
    anywhere else it could be a decimal or a thousand, so it is refused. Errors: ChainageError.
    """
    plain = " ".join(words.lower().replace("\N{MINUS SIGN}", "-").split())
    metres = _read(plain)
    if metres is None:
        raise ChainageError("decimal_comma" if "," in plain else "not_a_chainage", words)
    if abs(metres) * CENTIMETRES > LARGEST_CM:
        raise ChainageError("chainage_too_large", words)
    return metres


def _read(plain: str) -> Decimal | None:
    if found := _METRES.fullmatch(plain):
        return _signed(found, Decimal(found["metres"]))
    if found := _KILOMETRE_AND_METRES.fullmatch(plain):
        return _signed(found, Decimal(found["km"]) * 1000 + Decimal(found["metres"]))
    if found := _KILOMETRES.fullmatch(plain):
        return _signed(found, Decimal(found["km"].replace(",", ".")) * 1000)
    if found := _PICKET.fullmatch(plain):
        return _signed(found, Decimal(found["hundreds"]) * 100 + Decimal(found["metres"] or 0))
    return None


def _signed(found: re.Match[str], metres: Decimal) -> Decimal:
    return -metres if found["sign"] else metres


def format_chainage(metres: Decimal | float) -> str:
    """`212+600` for 212600 m, to the nearest metre. A road whose posts begin after its start has `-0+950` there."""
    return _written(int(Decimal(metres).quantize(Decimal(1), ROUND_HALF_UP)))


def format_cm(centimetres: int) -> str:
    """The same of centimetres."""
    metres = (abs(centimetres) + CENTIMETRES // 2) // CENTIMETRES
    return _written(metres if centimetres > 0 else -metres)


def _written(metres: int) -> str:
    km, rest = divmod(abs(metres), 1000)
    return f"{'-' if metres < 0 else ''}{km}+{rest:03}"


def to_cm(metres: Decimal) -> int:
    """The nearest whole centimetre."""
    return int((metres * CENTIMETRES).quantize(Decimal(1), ROUND_HALF_UP))


def from_cm(centimetres: int) -> Decimal:
    """Metres with two decimals."""
    return Decimal(centimetres) / CENTIMETRES
