"""Made-up customers, contractors and others, with BINs that hold their check digit and can be nobody's.

A BIN begins with the year and month of registration: these say month 13, which no register has issued.
"""

from dataclasses import dataclass

from roads.domain.fields import FieldError, check_bin

FIRST_DIGITS = "9913"


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation by BIN and name."""

    bin: str
    name: str


def made_up_bin(number: int) -> str:
    """The BIN of made-up organisation `number`, 0 to 9,999: some sequences have no check digit and are passed over."""
    # Of every eleven sequences at most one has no check digit, so that two in a row always leave one.
    for sequence in (2 * number, 2 * number + 1):
        for digit in range(10):
            try:
                return check_bin(f"{FIRST_DIGITS}{sequence:07d}{digit}")[0]
            except FieldError:
                continue
    raise ValueError(f"no BIN for made-up organisation {number}")


def _parties(first: int, names: tuple[str, ...]) -> tuple[Party, ...]:
    return tuple(Party(made_up_bin(number), name) for number, name in enumerate(names, start=first))


CONTRACTORS = _parties(
    100,
    (
        "«Демо Жол Құрылыс» ЖШС",
        "«Демо Тас Жол» ЖШС",
        "«Демо Асфальт Бетон» ЖШС",
        "«Демо Дала Жол» ЖШС",
        "«Демо Алатау Жолдары» ЖШС",
        "«Демо Сарыарқа Жол» ЖШС",
        "«Демо Ертіс Құрылыс» ЖШС",
        "«Демо Жетісу Жол Жөндеу» ЖШС",
        "«Демо Көпір Құрылыс» ЖШС",
        "«Демо Магистраль» ЖШС",
        "«Демо Батыс Жол» ЖШС",
        "«Демо Қала Жолдары» ЖШС",
        "«Демо Жол Күтім» ЖШС",
        "«Демо Самал Жол» ЖШС",
    ),
)
SUPERVISORS = _parties(
    200, ("«Демо Техқадағалау» ЖШС", "«Демо Сапа Бақылау» ЖШС", "«Демо Инжиниринг» ЖШС", "«Демо Жол Сараптама» ЖШС")
)
WATER, HEAT, CABLES, HAULIER = _parties(
    300, ("«Демо Су Құбыры» МКК", "«Демо Жылу Желілері» АҚ", "«Демо Байланыс» ЖШС", "«Демо Жүк Тасымалы» ЖШС")
)

QUALITY_CENTRE = Party(made_up_bin(390), "«Демо жол активтері сапа орталығы» РМК")


def customer(kato: str, region_name: str) -> Party:
    """The road administration of a region (first two digits of KATO)."""
    return Party(made_up_bin(400 + int(kato)), f"«Демо жол басқармасы» ММ, {region_name}")
