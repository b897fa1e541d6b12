"""`why` says in plain words who answers for a defect, and why nobody else does."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

import typer

from geo.chainage import format_cm
from roads.commands.running import IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import transaction
from roads.domain.explanation import Answer, Neighbour, Why
from roads.i18n import say
from roads.queries.attribution import Part, WhyDefect, why
from roads.queries.moments import end_of_day

app = typer.Typer()

AsKnown = Annotated[datetime | None, typer.Option("--as-known", formats=["%Y-%m-%d"], help="as known on this day")]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]


@app.command(name="why")
@one_clear_line
def why_defect(
    defect: Annotated[str, typer.Argument(help="external id, source/external id or our number")],
    as_known: AsKnown = None,
    as_json: AsJson = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Who answers for a defect, and why."""
    with surroundings() as here, transaction(here.engine) as session:
        day = as_known.date() if as_known else None
        known_at = end_of_day(day, here.settings.zone) if day else None
        answer = why(session, defect, known_at, language=language)
    lines = [_as_json(answer, day, language)] if as_json else _in_words(answer, day, language)
    print("\n".join(lines))  # noqa: T201


def _in_words(answer: WhyDefect, day: date | None, language: str) -> Iterator[str]:
    facts = {
        "name": f"{answer.source}/{answer.external_id}",
        "element": say(f"element.{answer.element}", language),
        "detected_on": answer.detected_on,
        "covered_on": answer.covered_on,
    }
    yield say("answer.defect", language, facts)
    if day:
        yield say("answer.known", language, {"day": day})
    if not answer.parts:
        yield say("answer.not_placed", language)
    for part in answer.parts:
        yield from _part_in_words(part, language)


def _part_in_words(part: Part, language: str) -> Iterator[str]:
    outcome = say(f"outcome.{part.outcome}", language)
    reason = say(f"reason.{part.reason}", language) if part.reason else ""
    if part.explained is None:
        yield say("answer.off_network", language, {"outcome": outcome, "reason": reason})
        return
    place = {"road": part.road or "-", "direction": say(f"direction.{part.direction}", language)}
    yield say(
        "answer.part", language, {**place, "source_id": part.source_id, "chainage": _chainage(part), "outcome": outcome}
    )
    if part.likely_outcome:
        yield say(
            "answer.review", language, {"reason": reason, "likely": say(f"outcome.{part.likely_outcome}", language)}
        )
    if part.neighbour:
        yield _neighbour_in_words(part.neighbour, language)
    yield from _chosen_in_words(part.explained, language)
    if part.explained.why:
        yield say("answer.considered", language)
    for verdict in part.explained.why:
        yield say("answer.verdict", language, _verdict_facts(verdict, language))


def _neighbour_in_words(neighbour: Neighbour, language: str) -> str:
    facts = {"distance_m": f"{neighbour.distance_m:.2f}", "outcome": say(f"outcome.{neighbour.outcome}", language)}
    if neighbour.party is None:
        return say("answer.neighbour_nobody", language, facts)
    if neighbour.number is None:
        return say("answer.neighbour_liable", language, {**facts, "party": neighbour.party.name})
    return say("answer.neighbour", language, {**facts, "number": neighbour.number, "party": neighbour.party.name})


def _chosen_in_words(answer: Answer, language: str) -> Iterator[str]:
    chosen = answer.chosen
    if chosen is None or chosen.party is None:
        yield say("answer.nobody", language)
        return
    party = {"party": chosen.party.name, "bin": chosen.party.bin}
    if chosen.is_carve_out:
        yield say("answer.liable", language, party)
        return
    works = say(f"works.{chosen.kind_of_works}", language)
    yield say("answer.contract", language, {**party, "number": chosen.number, "works": works})
    if chosen.months is not None:
        term = {"accepted_on": chosen.accepted_on, "months": chosen.months, "ends_on": chosen.ends_on}
        origin = say(f"term_from.{chosen.term_from}", language)
        yield say("answer.term", language, {**term, "term_from": origin, "days": _days(answer, language)})
    if chosen.extended_days:
        yield say("answer.extended", language, {"extended_days": chosen.extended_days})
    if chosen.term_confirmed is False:
        yield say("answer.unconfirmed", language)


def _days(answer: Answer, language: str) -> str:
    return say(answer.days_sentence[0], language, answer.days_sentence[1]) if answer.days_sentence else "-"


def _because(verdict: Why, language: str) -> str:
    return "; ".join(say(key, language, verdict.params) for key in verdict.sentences)


def _verdict_facts(verdict: Why, language: str) -> dict[str, object]:
    candidate = verdict.candidate
    return {
        "who": candidate.number or (candidate.party.name if candidate.party else "-"),
        "verdict": say(f"verdict.{verdict.verdict}", language),
        "because": _because(verdict, language),
    }


def _chainage(part: Part) -> str:
    first, last = part.from_cm or 0, part.to_cm or 0
    begin = format_cm(first)
    return begin if last - first <= 1 else f"{begin} - {format_cm(last)}"


def _as_json(answer: WhyDefect, day: date | None, language: str) -> str:
    shape = asdict(answer)
    shape["as_known"] = day
    for part, written in zip(answer.parts, shape["parts"], strict=True):
        _name_verdicts(part, written, language)
    return json.dumps(shape, ensure_ascii=False, default=str, indent=2)


def _name_verdicts(part: Part, written: dict[str, Any], language: str) -> None:
    """Add what is worked out: sentences, days left, days that suspensions gave, the neighbour's outcome."""
    if part.neighbour:
        written["neighbour"]["outcome"] = part.neighbour.outcome
    if part.explained is None:
        return
    written["explained"]["days_left"] = part.explained.days_left
    if part.explained.chosen:
        written["explained"]["chosen"]["extended_days"] = part.explained.chosen.extended_days
    for verdict, entry in zip(part.explained.why, written["explained"]["why"], strict=True):
        entry["because"] = _because(verdict, language)
