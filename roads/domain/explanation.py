"""Why this contract answers, and why no other: the candidates at a place and the verdict on each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from roads.domain.attribution import Confidence, Outcome, Reason
from roads.domain.warranty import LiabilityKind, add_months

NO_TERM = "no_term"
"""Works that were accepted but carry no warranty: never an answer, always worth saying."""

OUTCOME_OF = {
    LiabilityKind.CARVE_OUT: Outcome.EXCLUDED,
    LiabilityKind.WARRANTY: Outcome.UNDER_WARRANTY,
    LiabilityKind.TERM_UNKNOWN: Outcome.UNDER_WARRANTY,
    LiabilityKind.WORKS: Outcome.NOT_YET_ACCEPTED,
    LiabilityKind.EXPIRED: Outcome.EXPIRED,
}
"""What each kind of liability answers; with an unknown term it is what is likely."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who is meant: name and BIN."""

    name: str
    bin: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One cause of liability at the place, in order of strength. `covers` is about the day asked for."""

    kind: str
    covers: bool
    from_on: date
    to_on: date | None
    contract_id: int | None
    number: str | None
    kind_of_works: str | None
    signed_on: date | None
    party: Party | None
    accepted_on: date | None
    months: int | None
    term_from: str | None
    ends_on: date | None
    term_confirmed: bool | None

    @property
    def is_carve_out(self) -> bool:
        """Whether somebody beside the contractors answers."""
        return self.kind == LiabilityKind.CARVE_OUT

    @property
    def extended_days(self) -> int:
        """Days by which suspensions moved the last day past the months' anniversary; 0 where the term is unknown."""
        if self.accepted_on is None or self.months is None or self.ends_on is None:
            return 0
        return (self.ends_on - add_months(self.accepted_on, self.months)).days


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The nearest other answer along the carriageway on that day; `kind` is empty where nobody answers."""

    kind: str | None
    contract_id: int | None
    number: str | None
    party: Party | None
    distance_m: float

    @property
    def outcome(self) -> Outcome:
        """What the answer would be over there."""
        return OUTCOME_OF[LiabilityKind(self.kind)] if self.kind else Outcome.NO_WARRANTY


class Verdict(StrEnum):
    """What became of a candidate."""

    CHOSEN = "chosen"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Why:
    """The verdict on one candidate; `code` finds the sentence `why.<code>`, `params` fill it."""

    candidate: Candidate
    verdict: Verdict
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentences(self) -> Sequence[str]:
        """The keys of the sentences that say it: the code's, and one more where suspensions moved the last day."""
        own = f"why.{self.code}"
        return (own, "why.extended") if self.params.get("extended_days") else (own,)


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers at one metre on one day. `chosen` is empty when nobody does."""

    outcome: Outcome
    reason: Reason | None
    likely_outcome: Outcome | None
    chosen: Candidate | None
    decided_on: date
    why: Sequence[Why]

    @property
    def days_left(self) -> int | None:
        """Days of warranty left on the day decided for; negative after the end, empty where no end is known."""
        if self.chosen is None or self.chosen.ends_on is None or self.reason is Reason.TERM_UNKNOWN:
            return None
        return (self.chosen.ends_on - self.decided_on).days

    @property
    def days_sentence(self) -> tuple[str, Mapping[str, object]] | None:
        """The key and the facts of the sentence about the days left; nobody is told of a negative number of days."""
        if self.days_left is None:
            return None
        if self.days_left >= 0:
            return "days.left", {"days": self.days_left}
        return ("days.day_before" if self.days_left == -1 else "days.before"), {"days": -self.days_left}


def explain(candidates: Iterable[Candidate], decided_on: date, confidence: Confidence = Confidence.CERTAIN) -> Answer:
    """The answer and the verdict on every candidate; `candidates` come strongest first, as the statement has them."""
    ordered = list(candidates)
    chosen = next((candidate for candidate in ordered if candidate.covers), None)
    answer = OUTCOME_OF[LiabilityKind(chosen.kind)] if chosen else Outcome.NO_WARRANTY
    reason = _reason(chosen, confidence)
    return Answer(
        Outcome.NEEDS_REVIEW if reason else answer,
        reason,
        answer if reason and reason is not Reason.OFF_NETWORK else None,
        chosen,
        decided_on,
        [_verdict(candidate, chosen, decided_on) for candidate in _one_for_each_contract(ordered)],
    )


def _reason(chosen: Candidate | None, confidence: Confidence) -> Reason | None:
    if confidence is not Confidence.CERTAIN:
        return Reason(confidence.value)
    return Reason.TERM_UNKNOWN if chosen and chosen.kind == LiabilityKind.TERM_UNKNOWN else None


def _one_for_each_contract(ordered: Sequence[Candidate]) -> list[Candidate]:
    """A contract is a candidate once, by the cause that says most about it. Carve-outs stand alone."""
    causes: dict[object, list[Candidate]] = {}
    for position, candidate in enumerate(ordered):
        key: object = ("carve_out", position) if candidate.is_carve_out else candidate.contract_id
        causes.setdefault(key, []).append(candidate)
    return sorted((_telling(of_one) for of_one in causes.values()), key=ordered.index)


def _telling(causes: Sequence[Candidate]) -> Candidate:
    """What covers the day, else what became of the works after acceptance, else the works themselves."""
    covering = (cause for cause in causes if cause.covers)
    accepted = (cause for cause in causes if cause.kind != LiabilityKind.WORKS)
    return next(covering, None) or next(accepted, causes[0])


def _verdict(candidate: Candidate, chosen: Candidate | None, decided_on: date) -> Why:
    if candidate is chosen:
        return Why(candidate, Verdict.CHOSEN, f"chosen_{candidate.kind}", _chosen_facts(candidate))
    if not candidate.covers:
        return Why(candidate, Verdict.LOST, *_why_not_on_that_day(candidate, decided_on))
    return Why(candidate, Verdict.LOST, *_why_weaker(candidate, chosen))


def _chosen_facts(candidate: Candidate) -> dict[str, object]:
    if candidate.is_carve_out and candidate.party:
        return {"liable": candidate.party.name, "from_on": candidate.from_on}
    return {
        "accepted_on": candidate.accepted_on,
        "ends_on": candidate.ends_on,
        "signed_on": candidate.signed_on,
        "extended_days": candidate.extended_days,
    }


def _why_not_on_that_day(candidate: Candidate, decided_on: date) -> tuple[str, dict[str, object]]:
    if candidate.is_carve_out:
        return "carve_out_other_days", {"from_on": candidate.from_on, "to_on": candidate.to_on or "..."}
    if candidate.signed_on and decided_on < candidate.signed_on:
        return "signed_later", {"signed_on": candidate.signed_on}
    if candidate.accepted_on and decided_on < candidate.accepted_on:
        return "accepted_later", {"accepted_on": candidate.accepted_on}
    if candidate.kind == NO_TERM:
        return "no_term", {"accepted_on": candidate.accepted_on}
    if candidate.kind == LiabilityKind.WORKS and candidate.to_on:
        # Works end by acceptance or by termination, and an acceptance would speak for the contract in their place.
        return "terminated", {"terminated_on": candidate.to_on + timedelta(days=1)}
    if decided_on < candidate.from_on:
        return "term_later", {"from_on": candidate.from_on}
    return "term_bound_passed", {"ends_on": candidate.ends_on}


def _why_weaker(candidate: Candidate, chosen: Candidate | None) -> tuple[str, dict[str, object]]:
    """Why a cause that covers the day gave way to the chosen one."""
    if chosen and chosen.is_carve_out:
        return ("another_carve_out" if candidate.is_carve_out else "gave_way_to_carve_out"), {}
    if candidate.kind == LiabilityKind.EXPIRED:
        return "ended", {"ends_on": candidate.ends_on, "extended_days": candidate.extended_days}
    if candidate.kind == LiabilityKind.WORKS:
        under_way = chosen is not None and chosen.kind == LiabilityKind.WORKS
        return ("signed_earlier" if under_way else "works_give_way"), {"signed_on": candidate.signed_on}
    if chosen and candidate.accepted_on == chosen.accepted_on:
        return "accepted_same_day", {"accepted_on": candidate.accepted_on}
    return "accepted_earlier", {"accepted_on": candidate.accepted_on}
