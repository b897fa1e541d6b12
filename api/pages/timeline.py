"""What happened, row by row in words: for a person who reads it or hears it read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from api.pages.words import Words
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
    said = words.say(_key(row), **_facts(words, row))
    if row.code == "amendment" or row.many <= 1:
        return said
    return Markup(" ").join((said, words.say("page.times", many=words.number(row.many))))


def _key(row: Any) -> str:
    if row.code in ("claim", "rung"):
        return f"timeline.{row.code}.{row.what}"
    return "timeline.carve_out_until" if row.code == "carve_out" and row.until_on else f"timeline.{row.code}"


def _facts(words: Words, row: Any) -> dict[str, object]:
    return {
        "what": _what(words, row),
        "also": words.say(f"inspection_kind.{row.also}") if row.also else "",
        "many": row.many,
        "until": row.until_on,
        "liable": row.liable,
    }


def _what(words: Words, row: Any) -> Markup:
    if row.elements:
        return words.listed("element", row.elements)
    if row.code == "signed":
        return words.say(f"works.{row.what}")
    if row.code == "inspected":
        return words.say(f"inspection_outcome.{row.what}")
    return words.distress(row)
