"""What may happen to a claim, who may do it, and what follows: the table of states, read aloud.

The state belongs to the line (one part of a defect that one contract answers for); a claim's state is derived from its
lines. Acknowledging, asking for a joint visit and patching are events, not states; overdue is a question about a date.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from roads.domain.actors import Actor, Permission
from roads.domain.errors import NotAllowed, RoadsError


class LineState(StrEnum):
    """How far a line has come."""

    DRAFTED = "drafted"
    ISSUED = "issued"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    REPAIRED = "repaired"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"
    DONE_BY_OTHERS = "done_by_others"
    IN_COURT = "in_court"
    CLOSED_UNFIXED = "closed_unfixed"


class Action(StrEnum):
    """What a person (or a job) does to a line."""

    DRAFT = "draft"
    ISSUE = "issue"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    ACCEPT_BY_SILENCE = "accept_by_silence"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    GRANT = "grant"
    REPORT_REPAIR = "report_repair"
    VERIFY = "verify"
    REJECT_REPAIR = "reject_repair"
    REOPEN = "reopen"
    DO_BY_OTHERS = "do_by_others"
    REFER_TO_COURT = "refer_to_court"
    RETURN_ACCEPTED = "return_accepted"
    RETURN_WITHDRAWN = "return_withdrawn"
    RETURN_DONE_BY_OTHERS = "return_done_by_others"
    CLOSE_WITHOUT_FIX = "close_without_fix"
    # Events that leave the state as it is.
    PATCH = "patch"
    PLAN_REPAIR = "plan_repair"
    ASK_JOINT_VISIT = "ask_joint_visit"
    SET_JOINT_VISIT = "set_joint_visit"
    HOLD_JOINT_VISIT = "hold_joint_visit"
    OFFER_VERIFICATION = "offer_verification"
    CHANGED_SINCE = "changed_since"
    PRESCRIBE = "prescribe"
    ACKNOWLEDGE = "acknowledge"
    DELIVER = "deliver"


_TABLE: Iterable[tuple[Collection[LineState], Action, LineState]] = (
    ((LineState.DRAFTED,), Action.ISSUE, LineState.ISSUED),
    ((LineState.DRAFTED, LineState.ISSUED), Action.WITHDRAW, LineState.WITHDRAWN),
    ((LineState.ISSUED,), Action.ACCEPT, LineState.ACCEPTED),
    ((LineState.ISSUED,), Action.ACCEPT_BY_SILENCE, LineState.ACCEPTED),
    ((LineState.ISSUED,), Action.DISPUTE, LineState.DISPUTED),
    ((LineState.DISPUTED,), Action.UPHOLD, LineState.ACCEPTED),
    ((LineState.DISPUTED,), Action.GRANT, LineState.WITHDRAWN),
    ((LineState.ISSUED, LineState.ACCEPTED), Action.REPORT_REPAIR, LineState.REPAIRED),
    ((LineState.REPAIRED,), Action.VERIFY, LineState.VERIFIED),
    ((LineState.REPAIRED,), Action.REJECT_REPAIR, LineState.ACCEPTED),
    ((LineState.VERIFIED,), Action.REOPEN, LineState.ACCEPTED),
    (
        (LineState.ISSUED, LineState.ACCEPTED, LineState.DISPUTED),
        Action.DO_BY_OTHERS,
        LineState.DONE_BY_OTHERS,
    ),
    (
        (LineState.ISSUED, LineState.ACCEPTED, LineState.DISPUTED, LineState.DONE_BY_OTHERS),
        Action.REFER_TO_COURT,
        LineState.IN_COURT,
    ),
    ((LineState.IN_COURT,), Action.RETURN_ACCEPTED, LineState.ACCEPTED),
    ((LineState.IN_COURT,), Action.RETURN_WITHDRAWN, LineState.WITHDRAWN),
    ((LineState.IN_COURT,), Action.RETURN_DONE_BY_OTHERS, LineState.DONE_BY_OTHERS),
    ((LineState.ISSUED, LineState.ACCEPTED), Action.CLOSE_WITHOUT_FIX, LineState.CLOSED_UNFIXED),
)

TRANSITIONS: Mapping[tuple[LineState, Action], LineState] = {
    (state, action): result for states, action, result in _TABLE for state in states
}
"""Every change of state there is; what is not here cannot happen."""

OWED = frozenset({LineState.ISSUED, LineState.ACCEPTED})
"""The contractor owes a repair and has not reported one: here deadlines pass and the ladder is climbed."""

EVENTS: Mapping[Action, Collection[LineState]] = {
    Action.PATCH: (LineState.ISSUED, LineState.ACCEPTED, LineState.DISPUTED),
    Action.PLAN_REPAIR: (LineState.ISSUED, LineState.ACCEPTED),
    Action.ASK_JOINT_VISIT: (LineState.ISSUED,),
    Action.SET_JOINT_VISIT: (LineState.ISSUED, LineState.ACCEPTED, LineState.DISPUTED),
    Action.HOLD_JOINT_VISIT: (LineState.ISSUED, LineState.ACCEPTED, LineState.DISPUTED),
    Action.OFFER_VERIFICATION: (LineState.REPAIRED,),
    Action.PRESCRIBE: (LineState.ISSUED, LineState.ACCEPTED, LineState.DISPUTED),
}
"""What may happen to a line without changing its state, and in which states."""


def next_state(state: LineState, action: Action) -> LineState:
    """The state an action leads to. Errors: NotPossibleNow."""
    if result := TRANSITIONS.get((state, action)):
        return result
    if state in EVENTS.get(action, ()):
        return state
    raise NotPossibleNow(action=action.value, state=state.value)


def possible_actions(state: LineState) -> list[Action]:
    """What can be done to a line in this state: what changes it in the order of the table, then what does not."""
    changing = [action for known, action in TRANSITIONS if known is state]
    return [*changing, *(action for action, states in EVENTS.items() if state in states)]


# --- who


BY_CONTRACTOR = frozenset(
    {
        Action.ACCEPT,
        Action.DISPUTE,
        Action.REPORT_REPAIR,
        Action.PATCH,
        Action.PLAN_REPAIR,
        Action.ASK_JOINT_VISIT,
        Action.ACKNOWLEDGE,
    }
)
BY_VERIFIER = frozenset({Action.VERIFY, Action.REJECT_REPAIR})
BY_JOB = frozenset({Action.DRAFT, Action.ACCEPT_BY_SILENCE, Action.CHANGED_SINCE})


def permission_for(action: Action) -> Permission:
    """What one must hold to do it."""
    if action in BY_CONTRACTOR:
        return Permission.ANSWER_CLAIMS
    if action in BY_VERIFIER:
        return Permission.VERIFY_REPAIRS
    return Permission.RUN_JOBS if action in BY_JOB else Permission.PURSUE_CLAIMS


@dataclass(frozen=True, slots=True)
class Sides:
    """The organisations on both sides of a claim: who answers it, whose contract it is, who supervises the works."""

    contractor_id: int
    customer_id: int
    supervisor_id: int | None = None

    def demand_side_of(self, actor: Actor, action: Action) -> None:
        """The contractor answers its own claims only, and nobody of its organisation decides on them.

        Customer and technical supervision pursue a claim; whoever mended nothing may verify, if it was offered to them.
        Jobs and commands stand on nobody's side. Errors: NotYourClaim.
        """
        of_contractor = actor.organisation_id == self.contractor_id
        pursues = actor.organisation_id in (None, self.customer_id, self.supervisor_id)
        if action in BY_CONTRACTOR:
            is_right = of_contractor
        else:
            is_right = not of_contractor and (pursues or action in BY_VERIFIER)
        if not is_right:
            raise NotYourClaim(action=action.value, actor=actor.name)


def demand_may(actor: Actor, action: Action, sides: Sides) -> None:
    """Raise unless the actor may do this to a claim between these sides. Errors: NotAllowed, NotYourClaim."""
    actor.require(permission_for(action))
    sides.demand_side_of(actor, action)


def open_to(actor: Actor, state: LineState, sides: Sides) -> list[Action]:
    """What this actor can do to a line in this state."""

    def may(action: Action) -> bool:
        try:
            demand_may(actor, action, sides)
        except (NotAllowed, NotYourClaim):
            return False
        return True

    return [action for action in possible_actions(state) if may(action)]


@dataclass(frozen=True, slots=True)
class Party:
    """A person who reported or judged a repair, and the organisation they acted for."""

    name: str
    organisation_id: int

    @classmethod
    def of(cls, actor: Actor) -> "Party":
        """The party an actor is. Errors: NoOrganisation for a job or command."""
        if actor.organisation_id is None:
            raise NoOrganisation(actor=actor.name)
        return cls(actor.name, actor.organisation_id)

    def demand_other_than(self, reporter: "Party") -> None:
        """Who fixed it never verifies it: neither the person nor the organisation. Errors: OwnRepair."""
        if self.name == reporter.name or self.organisation_id == reporter.organisation_id:
            raise OwnRepair(actor=self.name)


# --- reasons


class DisputeReason(StrEnum):
    """Why a contractor says that it does not answer."""

    THIRD_PARTY_WORKS = "third_party_works"
    OVERLOAD = "overload"
    DESIGN = "design"
    ACCIDENT = "accident"
    NATURAL_DISASTER = "natural_disaster"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_A_DEFECT = "not_a_defect"


class ReopenReason(StrEnum):
    """Why a verified repair is opened again."""

    RECURRENCE = "recurrence"
    NOT_FIXED = "not_fixed"


class DraftEnd(StrEnum):
    """Why the system itself takes back a line that nobody has issued."""

    ANSWER_CHANGED = "answer_changed"
    WARRANTY_LOST = "warranty_lost"


class Finding(StrEnum):
    """What the register of works says to `third_party_works`."""

    IN_REGISTER = "in_register"
    NOT_IN_REGISTER = "not_in_register"


PLANNED_AHEAD_DAYS = 366
"""Nobody plans a repair or a visit further ahead, or tells of one that is longer ago: that is a mistyped year."""

SILENCE_WORKING_DAYS = 10
"""After so many working days without an answer a claim counts as accepted, where the contract or customer says so."""


# --- the claim


STATES_OF_A_CLAIM = (
    LineState.DRAFTED,
    LineState.DISPUTED,
    LineState.IN_COURT,
    LineState.ISSUED,
    LineState.ACCEPTED,
    LineState.REPAIRED,
    LineState.CLOSED_UNFIXED,
    LineState.DONE_BY_OTHERS,
    LineState.VERIFIED,
    LineState.WITHDRAWN,
)
"""A claim stands where the line stands that needs a person most: an open question before an open repair, an open
repair before an end, and a bad end before a good one. Withdrawn lines say nothing while others remain."""


def claim_state(lines: Iterable[LineState]) -> LineState:
    """The state of a claim, from its lines. Errors: ValueError for a claim without lines."""
    return min(lines, key=STATES_OF_A_CLAIM.index)


# --- the ladder


class Rung(StrEnum):
    """What happens to a contractor who keeps silent."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    SECOND_LETTER = "second_letter"
    REFERRAL_FILE = "referral_file"


@dataclass(frozen=True, slots=True)
class Step:
    """A rung and the days, counted from the deadline, on which it may be reached; no last day: for good."""

    rung: Rung
    first_day: int
    last_day: int | None = None


LADDER = (
    # A reminder after the deadline would remind of nothing.
    Step(Rung.REMINDER, -3, 0),
    Step(Rung.OVERDUE, 1),
    Step(Rung.SECOND_LETTER, 10),
    Step(Rung.REFERRAL_FILE, 30),
)
"""Calendar days. Each rung is reached once for a deadline; a day on which nobody looked loses none of them."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Days, both included, on which a repair was owed; no last day: still."""

    first: date
    last: date | None = None


def rungs_reached(rectify_by: date | None, owed: Iterable[Owed], on: date) -> dict[Rung, date]:
    """The rungs reached by a day, each with the day it was reached: the first one on which the repair was owed."""
    if rectify_by is None:
        return {}
    periods = list(owed)
    reached = {}
    for step in LADDER:
        days = [day for period in periods if (day := _first_day(step, rectify_by, period, on))]
        if days:
            reached[step.rung] = min(days)
    return reached


def _first_day(step: Step, rectify_by: date, owed: Owed, on: date) -> date | None:
    first = max(date.fromordinal(rectify_by.toordinal() + step.first_day), owed.first)
    ends = [on, owed.last]
    if step.last_day is not None:
        ends.append(date.fromordinal(rectify_by.toordinal() + step.last_day))
    return first if first <= min(end for end in ends if end) else None


# --- what goes wrong


class NotPossibleNow(RoadsError):
    """The state does not allow this action. Carries `action` and `state`."""

    code = "not_possible_now"


class StaleState(RoadsError):
    """Somebody else was quicker. Carries `action`, the state it was meant for (`expected`) and the present `state`."""

    code = "stale_state"


class NotYourClaim(RoadsError):
    """Only the contractor answers a claim, and nobody of the contractor decides on it. Carries `action`, `actor`."""

    code = "not_your_claim"


class StaleRevision(RoadsError):
    """The line is no more as it was read. Carries the revision asked for (`expected`) and the present `revision`."""

    code = "stale_revision"


class NoOrganisation(RoadsError):
    """A repair is reported and judged by people who act for an organisation. Carries `actor`."""

    code = "no_organisation"


class OwnRepair(RoadsError):
    """Who fixed it never verifies it. Carries `actor`."""

    code = "own_repair"


class ReasonMissing(RoadsError):
    """This is done with a reason in words."""

    code = "reason_missing"


class ReasonTooLong(RoadsError):
    """Nobody reads as much. Carries `most`, in characters."""

    code = "reason_too_long"


LONGEST_REASON = 4000


def demand_reason(words: str) -> str:
    """The reason somebody gave, without the space around it. Errors: ReasonMissing, ReasonTooLong."""
    if not words.strip():
        raise ReasonMissing()
    if len(words) > LONGEST_REASON:
        raise ReasonTooLong(most=LONGEST_REASON)
    return words.strip()


def demand_ahead(day: date, today: date) -> None:
    """What is planned is planned for today or later, within a year. Errors: DayOutOfRange."""
    _demand_between(day, today, today + timedelta(days=PLANNED_AHEAD_DAYS))


def demand_over(day: date, today: date) -> None:
    """What has taken place has done so by today, within the last year. Errors: DayOutOfRange."""
    _demand_between(day, today - timedelta(days=PLANNED_AHEAD_DAYS), today)


def _demand_between(day: date, first: date, last: date) -> None:
    if not first <= day <= last:
        raise DayOutOfRange(day=day, first=first, last=last)


class PhotoMissing(RoadsError):
    """A repair is reported with a photo taken after it."""

    code = "photo_missing"


class PhotoUsedBefore(RoadsError):
    """The same photo cannot show two repairs. Carries `media` and its first use: `claim`, `line`, `place`, `day`."""

    code = "photo_used_before"


class DayOutOfRange(RoadsError):
    """A planned day lies in the past, or one that has been lies ahead. Carries `day`, `first` and `last`."""

    code = "day_out_of_range"


class NoVerifier(RoadsError):
    """Nobody of this organisation can verify this repair. Carries `bin`."""

    code = "no_verifier"


class NothingToIssue(RoadsError):
    """No drafted line is left in the claim. Carries `claim`."""

    code = "nothing_to_issue"


class DraftOutdated(RoadsError):
    """Another answer stands for these lines since they were drafted. Carries `lines` (their numbers)."""

    code = "draft_outdated"


class NotifiedTooLate(RoadsError):
    """The warranty of these lines ended before anybody notified the contractor. Carries `lines` (their numbers)."""

    code = "notified_too_late"
