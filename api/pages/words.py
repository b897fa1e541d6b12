"""How a page says things in one language: sentences, days, money, lengths, and names that people wrote.

Whatever a person wrote is escaped and isolated (`bdi`), so that a mark that turns the direction of writing turns
nothing around it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from geo.chainage import format_chainage
from roads.domain.explanation import Why
from roads.i18n import catalogue
from roads.queries.candidates import LANGUAGES

LOCALES = {"kk": "kk", "ru": "ru", "en": "en_GB"}
NUMERIC = {"kk": "dd.MM.yyyy", "ru": "dd.MM.yyyy", "en": "d MMM yyyy"}
"""Days inside sentences, where a month in words would need an ending."""

ISOLATED, AFTER_ISOLATED = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
CENTIMETRES_OF_A_KILOMETRE = 100_000
_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""An isolate that somebody began and did not end would take the end of ours for its own."""
_ENDLESS = re.compile(r"\S{31}")
_PIECES = re.compile(r"(?s).{1,18}")
_BDI, _END_OF_BDI = Markup("<bdi>"), Markup("</bdi>")
KEPT = 4096
"""So many days and numbers are kept as they are written: pages tell the same ones again and again."""


class Words:
    """One language, as a page speaks it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = LOCALES.get(language, language)

    def say(self, key: str, **facts: object) -> Markup:
        """The sentence of a key with its facts, escaped; words that people wrote are isolated. Errors: KeyError."""
        told = {name: escape(self._fact(fact)) for name, fact in facts.items()}
        return Markup(_escaped(self.language, key).format_map(told))  # noqa: S704 - escaped, and so are its facts

    def plain(self, key: str, **facts: object) -> str:
        """The same for a title, where there is no markup."""
        told = {name: isolated(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
        return catalogue(self.language)[key].format_map(told)

    def because(self, why: Why) -> Markup:
        """Why a candidate was chosen or lost."""
        return Markup("; ").join(self.say(key, **why.params) for key in why.sentences)

    def many(self, key: str, number: int) -> Markup:
        """The sentence with a number in it, in the number's form (`key.one`, `key.few`, ...)."""
        return self.say(f"{key}.{_locale(self._locale).plural_form(number)}", number=self.number(number))

    def _fact(self, fact: object) -> object:
        if isinstance(fact, date):
            return self.day_in_figures(fact)
        return named(fact) if isinstance(fact, str) and not isinstance(fact, Markup) else fact

    def day(self, day: date) -> Markup:
        """A day with its month in words."""
        return _day(day, "long", self._locale)

    def day_in_figures(self, day: date) -> Markup:
        """A day inside a sentence."""
        return _day(day, NUMERIC.get(self.language, "yyyy-MM-dd"), self._locale)

    def number(self, number: Decimal | float) -> Markup:
        """A number with the language's separators; it is ours, so it needs no isolation."""
        return _number(number, self._locale)

    def percent(self, percent: Decimal | float | None) -> Markup:
        """A share in percent, to a tenth; a dash where there is none."""
        return Markup("–") if percent is None else self.number(round(float(percent), 1)) + "\N{NO-BREAK SPACE}%"

    def tenge(self, amount: Decimal) -> Markup:
        """An amount of money, to the tenge."""
        return self.say("page.tenge", amount=self.number(amount.quantize(Decimal(1))))

    def per_km(self, amount: Decimal | None, length_cm: int) -> Markup | None:
        """What a kilometre costs; nothing where the amount or the length is not known."""
        if amount is None or not length_cm:
            return None
        return self.tenge(amount * CENTIMETRES_OF_A_KILOMETRE / length_cm)

    def length(self, length_cm: int) -> Markup:
        """A length, in metres below a kilometre."""
        if length_cm < CENTIMETRES_OF_A_KILOMETRE:
            return self.say("page.metres", m=self.number(round(length_cm / 100)))
        return self.say("page.kilometres", km=self.number(round(length_cm / CENTIMETRES_OF_A_KILOMETRE, 2)))

    def stretch(self, from_cm: int, to_cm: int) -> Markup:
        """From one chainage to another."""
        first, last = (Markup(escape(format_chainage(Decimal(cm) / 100))) for cm in (from_cm, to_cm))  # noqa: S704 - figures
        return self.say("page.chainage", first=first, last=last)

    def name(self, row: Any) -> tuple[str, str] | None:
        """The name of a road in this language, else in another one, and which language it is in."""
        named_in = ((getattr(row, f"name_{one}", None), one) for one in (self.language, *LANGUAGES))
        return next(((name, one) for name, one in named_in if name), None)

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
        if found := self.name(row):
            name, language = found
            return named(name) if language == self.language else _named_in(name, language)
        return named(row.reference) if row.reference else self.say("page.nameless")

    def road_as_text(self, row: Any) -> str:
        """The same for a title."""
        name = (self.name(row) or (row.reference,))[0]
        return isolated(name) if name else str(self.say("page.nameless"))

    def distress(self, row: Any) -> Markup:
        """What a type of defect is called."""
        names: Iterable[str | None] = (getattr(row, f"distress_{one}", None) for one in (self.language, *LANGUAGES))
        return named(next((name for name in names if name), "-"))

    def listed(self, kind: str, codes: Iterable[str]) -> Markup:
        """Codes of one kind in words, with commas."""
        return Markup(", ").join(self.say(f"{kind}.{code}") for code in codes)


def named(words: object) -> Markup:
    """What a person wrote, isolated; a word that is too long for a phone may be broken."""
    return _BDI + _breakable(words) + _END_OF_BDI


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
    if not _ENDLESS.search(words):
        return words
    return Markup(" ").join(Markup("<wbr>").join(_PIECES.findall(word)) for word in words.split(" "))


@cache
def _escaped(language: str, key: str) -> str:
    # A plain string, so that facts that are escaped already are put in as they are, which is ten times as fast.
    return str(escape(catalogue(language)[key]))


@lru_cache(KEPT)
def _day(day: date, pattern: str, locale: str) -> Markup:
    written = format_date(day, pattern, locale=locale)
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), written)


@lru_cache(KEPT)
def _number(number: Decimal | float, locale: str) -> Markup:
    return Markup(escape(format_decimal(number, locale=locale)))  # noqa: S704 - escaped


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def as_query(parts: Mapping[str, int]) -> str:
    """The parts of lists as a query string; first parts are not said."""
    return "&".join(f"{name}={number}" for name, number in parts.items() if number > 1)
