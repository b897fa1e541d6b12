"""What happened, row by row in words: for a person who reads it or hears it read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from api.pages.words import Words, remembered
from roads.queries.pages import Part


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened on a day, to which contract; `sign` is what it is about, by which it is drawn."""

    on: date
    said: Markup
    sign: str
    is_to_come: bool
    contract_id: int | None
    contract: str | None
    contractor: str | None
    claim: str | None


def told(words: Words, timeline: Part, today: date) -> Sequence[Moment]:
    """The moments of a timeline, in its order."""
    return list(_moments(words, timeline, today))


def _moments(words: Words, timeline: Part, today: date) -> Iterator[Moment]:
    for row in timeline.rows:
        yield Moment(
            row.happened_on,
            _said(words, row),
            row.code,
            row.happened_on > today,
            row.contract_id,
            row.contract,
            row.contractor,
            row.claim,
        )


def _said(words: Words, row: Any) -> Markup:
    elements = tuple(row.elements or ())
    distress = None if elements else words.distress(row)
    return _sentence(words, row.code, row.what, row.also, row.many, row.until_on, row.liable, elements, distress)


@remembered
def _sentence(
    words: Words,
    code: str,
    what: str | None,
    also: str | None,
    many: int,
    until: date | None,
    liable: str | None,
    elements: tuple[str, ...],
    distress: Markup | None,
) -> Markup:
    facts = {
        "what": _what(words, code, what, elements) or distress,
        "also": words.say(f"inspection_kind.{also}") if also else "",
        "many": many,
        "until": until,
        "liable": liable,
    }
    said = words.say(_key(code, what, until), **facts)
    if code == "amendment" or many <= 1:
        return said
    return Markup(" ").join((said, words.say("page.times", many=words.number(many))))


def _key(code: str, what: str | None, until: date | None) -> str:
    if code in ("claim", "rung"):
        return f"timeline.{code}.{what}"
    return "timeline.carve_out_until" if code == "carve_out" and until else f"timeline.{code}"


def _what(words: Words, code: str, what: str | None, elements: tuple[str, ...]) -> Markup | None:
    if elements:
        return words.listed("element", elements)
    if code == "signed":
        return words.say(f"works.{what}")
    return words.say(f"inspection_outcome.{what}") if code == "inspected" else None
