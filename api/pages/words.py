"""How a page says things in one language: sentences, days, money, lengths, and names that people wrote.

Whatever a person wrote is escaped and isolated (`bdi`), so that a mark that turns the direction of writing turns
nothing around it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from geo.chainage import format_cm
from roads.domain.explanation import Why
from roads.domain.network import Direction
from roads.i18n import catalogue, source_in
from roads.queries.candidates import LANGUAGES

LOCALES = {"kk": "kk", "ru": "ru", "en": "en_GB"}
NUMERIC = {"kk": "dd.MM.yyyy", "ru": "dd.MM.yyyy", "en": "d MMM yyyy"}
"""Days inside sentences, where a month in words would need an ending."""

ISOLATED, AFTER_ISOLATED = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
CENTIMETRES_OF_A_KILOMETRE = 100_000
_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""An isolate that somebody began and did not end would take the end of ours for its own."""
ENDLESS = 30
_ENDLESS = re.compile(r"\S{31}")
_PIECES = re.compile(r"(?s).{1,18}")
KEPT = 4096
_Told = TypeVar("_Told", bound=Callable[..., Markup])


def remembered(told: _Told) -> _Told:
    """Something said, of which each language keeps the last ones as they are written: pages tell the same days, numbers
    and names again and again."""
    return cast("_Told", lru_cache(KEPT)(told))


class Words:
    """One language, as a page speaks it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = LOCALES.get(language, language)
        preferred = (language, *(one for one in LANGUAGES if one != language))
        self._name_columns = [(f"name_{one}", one) for one in preferred]
        self._distress_columns = [f"distress_{one}" for one in preferred]

    def say(self, key: str, **facts: object) -> Markup:
        """The sentence of a key with its facts, escaped; words that people wrote are isolated. Errors: KeyError."""
        if not facts:
            return _said(self.language, key)
        told = {name: escape(self._fact(fact)) for name, fact in facts.items()}
        return Markup(_escaped(self.language, key).format_map(told))  # noqa: S704 - escaped, and so are its facts

    def plain(self, key: str, **facts: object) -> str:
        """The same for a title, where there is no markup."""
        told = {name: isolated(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
        return catalogue(self.language)[key].format_map(told)

    def because(self, why: Why) -> Markup:
        """Why a candidate was chosen or lost."""
        return Markup("; ").join(self.say(key, **why.params) for key in why.sentences)

    @remembered
    def many(self, key: str, number: int) -> Markup:
        """The sentence with a number in it, in the number's form (`key.one`, `key.few`, ...)."""
        return self.say(f"{key}.{_locale(self._locale).plural_form(number)}", number=self.number(number))

    def _fact(self, fact: object) -> object:
        if isinstance(fact, date):
            return self.day_in_figures(fact)
        return named(fact) if isinstance(fact, str) and not isinstance(fact, Markup) else fact

    @remembered
    def day(self, day: date) -> Markup:
        """A day with its month in words."""
        return _day(day, "long", self._locale)

    @remembered
    def day_in_figures(self, day: date) -> Markup:
        """A day inside a sentence."""
        return _day(day, NUMERIC.get(self.language, "yyyy-MM-dd"), self._locale)

    @remembered
    def left(self, last: date, on: date) -> Markup:
        """How many days are left until a last day, or how long it has been over."""
        days = (last - on).days
        if days == 0:
            return self.say("page.last_day")
        return self.many("page.days_left", days) if days > 0 else self.many("page.days_over", -days)

    @remembered
    def number(self, number: Decimal | float) -> Markup:
        """A number with the language's separators; it is ours, so it needs no isolation."""
        return Markup(escape(format_decimal(number, locale=self._locale)))  # noqa: S704 - escaped

    def percent(self, percent: Decimal | float | None) -> Markup:
        """A share in percent, to a tenth; a dash where there is none."""
        return Markup("–") if percent is None else self.number(round(float(percent), 1)) + "\N{NO-BREAK SPACE}%"

    @remembered
    def tenge(self, amount: Decimal) -> Markup:
        """An amount of money, to the tenge."""
        return self.say("page.tenge", amount=self.number(amount.quantize(Decimal(1))))

    def per_km(self, amount: Decimal | None, length_cm: int) -> Markup | None:
        """What a kilometre costs; nothing where the amount or the length is not known."""
        if amount is None or not length_cm:
            return None
        return self.tenge(amount * CENTIMETRES_OF_A_KILOMETRE / length_cm)

    @remembered
    def length(self, length_cm: int) -> Markup:
        """A length, in metres below a kilometre."""
        if length_cm < CENTIMETRES_OF_A_KILOMETRE:
            return self.say("page.metres", m=self.number(round(length_cm / 100)))
        return self.say("page.kilometres", km=self.number(round(length_cm / CENTIMETRES_OF_A_KILOMETRE, 2)))

    def stretch(self, from_cm: int, to_cm: int) -> Markup:
        """From one chainage to another."""
        first, last = format_cm(from_cm), format_cm(to_cm)
        return Markup(_escaped(self.language, "page.chainage").format(first=first, last=last))  # noqa: S704 - figures

    def name(self, row: Any) -> tuple[str, str] | None:
        """The name of a road in this language, else in another one, and which language it is in."""
        for column, language in self._name_columns:
            if name := getattr(row, column, None):
                return name, language
        return None

    def of(self, row: Any, prefix: str) -> Markup:
        """What a region or another thing of ours is called in this language; empty where it has no name."""
        name = getattr(row, f"{prefix}_{self.language}", None) or getattr(row, f"{prefix}_ru", None)
        return named(name) if name else Markup("")

    def moment(self, at: datetime) -> str:
        """A day and a time of day, in the zone it is given in."""
        return f"{format_date(at, NUMERIC.get(self.language, 'yyyy-MM-dd'), locale=self._locale)} {at:%H:%M}"

    def month(self, day: date) -> str:
        """A month, short, for a chart."""
        return str(format_date(day, "LLL yy", locale=self._locale))

    def road(self, row: Any) -> Markup:
        """What a road is called: its name, where a name in another language says so; else its reference."""
        return self._road(self.name(row), row.reference)

    @remembered
    def _road(self, name: tuple[str, str] | None, reference: str | None) -> Markup:
        if name:
            return named(name[0]) if name[1] == self.language else _named_in(*name)
        return named(reference) if reference else self.say("page.nameless")

    def place(self, row: Any) -> Markup:
        """The road, and which of its carriageways where there are several."""
        return self._place(self.road(row), row.direction)

    @remembered
    def _place(self, road: Markup, direction: str | None) -> Markup:
        if direction is None or direction == Direction.SINGLE:
            return road
        return Markup(", ").join((road, self.say(f"direction.{direction}")))

    def road_as_text(self, row: Any) -> str:
        """The same for a title."""
        name = (self.name(row) or (row.reference,))[0]
        return isolated(name) if name else str(self.say("page.nameless"))

    def distress(self, row: Any) -> Markup:
        """What a type of defect is called."""
        for column in self._distress_columns:
            if name := getattr(row, column, None):
                return _named_once(name)
        return named("-")

    def source(self, source: str) -> Markup:
        """Where a rule comes from."""
        return named(source_in(self.language, source))

    def listed(self, kind: str, codes: Iterable[str]) -> Markup:
        """Codes of one kind in words, with commas."""
        return Markup(", ").join(self.say(f"{kind}.{code}") for code in codes)


@cache
def words_in(language: str) -> Words:
    """The words of a language: one for all pages, which keeps what it said last."""
    return Words(language)


def named(words: object) -> Markup:
    """What a person wrote, isolated; a word that is too long for a phone may be broken."""
    return Markup(f"<bdi>{escape(_breakable(words))}</bdi>")  # noqa: S704 - escaped


_named_once = remembered(named)
"""For what there are few of, as of the types of defects."""


def isolated(words: str) -> str:
    """What a person wrote, isolated where there is no markup."""
    return f"{ISOLATED}{words.translate(_ISOLATES)}{AFTER_ISOLATED}"


def _named_in(words: str, language: str) -> Markup:
    return Markup('<bdi lang="{}">{}</bdi>').format(language, _breakable(words))


def _breakable(words: object) -> str:
    """A column of a table is as wide as its longest word: one that nobody could break would push the page sideways."""
    if isinstance(words, Markup):
        return words
    words = str(words).translate(_ISOLATES)
    if len(words) <= ENDLESS or not _ENDLESS.search(words):
        return words
    return Markup(" ").join(Markup("<wbr>").join(_PIECES.findall(word)) for word in words.split(" "))


@cache
def _escaped(language: str, key: str) -> str:
    # A plain string, so that facts that are escaped already are put in as they are, which is ten times as fast.
    return str(escape(catalogue(language)[key]))


@cache
def _said(language: str, key: str) -> Markup:
    return Markup(_escaped(language, key).format_map({}))  # noqa: S704 - escaped


def _day(day: date, pattern: str, locale: str) -> Markup:
    written = format_date(day, pattern, locale=locale)
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), written)


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def as_query(parts: Mapping[str, int]) -> str:
    """The parts of lists as a query string; first parts are not said."""
    return "&".join(f"{name}={number}" for name, number in parts.items() if number > 1)
