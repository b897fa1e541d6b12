"""Who is told what when something happens to a claim, and how often somebody is written to before we give up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum

from roads.domain.actors import Role
from roads.domain.claims import Action, Rung
from roads.domain.errors import RoadsError


class NoticeKind(StrEnum):
    """What a notice tells of."""

    CLAIM_ISSUED = "claim_issued"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    SECOND_LETTER = "second_letter"
    REFERRAL_FILE = "referral_file"
    ACCEPTED_BY_SILENCE = "accepted_by_silence"
    DISPUTED = "disputed"
    JOINT_VISIT_ASKED = "joint_visit_asked"
    JOINT_VISIT_SET = "joint_visit_set"
    JOINT_VISIT_HELD = "joint_visit_held"
    REPAIR_PLANNED = "repair_planned"
    VERIFICATION_OFFERED = "verification_offered"
    REPAIR_REPORTED = "repair_reported"
    REPAIR_VERIFIED = "repair_verified"
    REPAIR_REJECTED = "repair_rejected"
    DISPUTE_UPHELD = "dispute_upheld"
    DISPUTE_GRANTED = "dispute_granted"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    DONE_BY_OTHERS = "done_by_others"
    IN_COURT = "in_court"
    BACK_FROM_COURT = "back_from_court"
    CLOSED_UNFIXED = "closed_unfixed"
    PRESCRIPTION = "prescription"
    CHANGED_SINCE = "changed_since"
    # Not about a claim.
    PASSWORD_RESET = "password_reset"  # noqa: S105 (a kind of notice)
    WEBHOOK_DISABLED = "webhook_disabled"
    SUBSCRIPTION_ASKED = "subscription_asked"
    SUBSCRIPTION_NEWS = "subscription_news"


OF_FOLLOWERS = frozenset({NoticeKind.SUBSCRIPTION_ASKED, NoticeKind.SUBSCRIPTION_NEWS})
"""To people who only gave an address."""

KIND_OF_ACTION: Mapping[Action, NoticeKind] = {
    Action.ISSUE: NoticeKind.CLAIM_ISSUED,
    Action.ACCEPT_BY_SILENCE: NoticeKind.ACCEPTED_BY_SILENCE,
    Action.DISPUTE: NoticeKind.DISPUTED,
    Action.ASK_JOINT_VISIT: NoticeKind.JOINT_VISIT_ASKED,
    Action.SET_JOINT_VISIT: NoticeKind.JOINT_VISIT_SET,
    Action.HOLD_JOINT_VISIT: NoticeKind.JOINT_VISIT_HELD,
    Action.PLAN_REPAIR: NoticeKind.REPAIR_PLANNED,
    Action.OFFER_VERIFICATION: NoticeKind.VERIFICATION_OFFERED,
    Action.REPORT_REPAIR: NoticeKind.REPAIR_REPORTED,
    Action.VERIFY: NoticeKind.REPAIR_VERIFIED,
    Action.REJECT_REPAIR: NoticeKind.REPAIR_REJECTED,
    Action.UPHOLD: NoticeKind.DISPUTE_UPHELD,
    Action.GRANT: NoticeKind.DISPUTE_GRANTED,
    Action.WITHDRAW: NoticeKind.WITHDRAWN,
    Action.REOPEN: NoticeKind.REOPENED,
    Action.DO_BY_OTHERS: NoticeKind.DONE_BY_OTHERS,
    Action.REFER_TO_COURT: NoticeKind.IN_COURT,
    Action.RETURN_ACCEPTED: NoticeKind.BACK_FROM_COURT,
    Action.RETURN_WITHDRAWN: NoticeKind.BACK_FROM_COURT,
    Action.RETURN_DONE_BY_OTHERS: NoticeKind.BACK_FROM_COURT,
    Action.CLOSE_WITHOUT_FIX: NoticeKind.CLOSED_UNFIXED,
    Action.PRESCRIBE: NoticeKind.PRESCRIPTION,
    Action.CHANGED_SINCE: NoticeKind.CHANGED_SINCE,
}
"""Of what else happens nobody is told: it is a step of one's own, or was told already."""

KIND_OF_RUNG: Mapping[Rung, NoticeKind] = {
    Rung.REMINDER: NoticeKind.REMINDER,
    Rung.OVERDUE: NoticeKind.OVERDUE,
    Rung.SECOND_LETTER: NoticeKind.SECOND_LETTER,
    Rung.REFERRAL_FILE: NoticeKind.REFERRAL_FILE,
}

DOCUMENTS = frozenset(
    {
        NoticeKind.CLAIM_ISSUED,
        NoticeKind.SECOND_LETTER,
        NoticeKind.PRESCRIPTION,
        NoticeKind.REPAIR_VERIFIED,
    }
)
"""Notices that are a letter: a document with a number, kept as it was sent, that anybody can check."""


class Party(StrEnum):
    """Who has to do with a claim; the verifier is the organisation that a repair was offered to."""

    CUSTOMER = "customer"
    CONTRACTOR = "contractor"
    SUPERVISOR = "supervisor"
    DESIGNER = "designer"
    VERIFIER = "verifier"


ROLE_OF: Mapping[Party, Role] = {
    Party.CUSTOMER: Role.ENGINEER,
    Party.CONTRACTOR: Role.CONTRACTOR,
    Party.VERIFIER: Role.ENGINEER,
    Party.SUPERVISOR: Role.SUPERVISOR,
    # Whoever designed the works reads along like a supervisor.
    Party.DESIGNER: Role.SUPERVISOR,
}
"""In which role a party's people are written to."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A party that is told, to act upon it or for information only."""

    party: Party
    for_information: bool = False


TO_CONTRACTOR = (Addressee(Party.CONTRACTOR),)
TO_CUSTOMER = (Addressee(Party.CUSTOMER),)
TO_ALL = (
    Addressee(Party.CONTRACTOR),
    Addressee(Party.SUPERVISOR, for_information=True),
    Addressee(Party.DESIGNER, for_information=True),
)
WITH_SUPERVISOR = TO_ALL[:2]

ADDRESSEES: Mapping[NoticeKind, Sequence[Addressee]] = {
    NoticeKind.CLAIM_ISSUED: TO_ALL,
    NoticeKind.REMINDER: TO_CONTRACTOR,
    NoticeKind.OVERDUE: WITH_SUPERVISOR,
    NoticeKind.SECOND_LETTER: WITH_SUPERVISOR,
    NoticeKind.REFERRAL_FILE: TO_CUSTOMER,
    NoticeKind.ACCEPTED_BY_SILENCE: (*TO_CONTRACTOR, *TO_CUSTOMER),
    NoticeKind.DISPUTED: TO_CUSTOMER,
    NoticeKind.JOINT_VISIT_ASKED: TO_CUSTOMER,
    NoticeKind.JOINT_VISIT_SET: WITH_SUPERVISOR,
    NoticeKind.JOINT_VISIT_HELD: WITH_SUPERVISOR,
    NoticeKind.REPAIR_PLANNED: TO_CUSTOMER,
    NoticeKind.VERIFICATION_OFFERED: (Addressee(Party.VERIFIER),),
    NoticeKind.REPAIR_REPORTED: TO_CUSTOMER,
    NoticeKind.REPAIR_VERIFIED: WITH_SUPERVISOR,
    NoticeKind.REPAIR_REJECTED: WITH_SUPERVISOR,
    NoticeKind.DISPUTE_UPHELD: TO_CONTRACTOR,
    NoticeKind.DISPUTE_GRANTED: TO_CONTRACTOR,
    NoticeKind.WITHDRAWN: TO_ALL,
    NoticeKind.REOPENED: WITH_SUPERVISOR,
    NoticeKind.DONE_BY_OTHERS: TO_CONTRACTOR,
    NoticeKind.IN_COURT: TO_CONTRACTOR,
    NoticeKind.BACK_FROM_COURT: TO_CONTRACTOR,
    NoticeKind.CLOSED_UNFIXED: TO_CONTRACTOR,
    NoticeKind.PRESCRIPTION: WITH_SUPERVISOR,
    NoticeKind.CHANGED_SINCE: (*TO_CONTRACTOR, *TO_CUSTOMER),
}
"""Each kind that is about a claim, and who is told of it."""

NOT_FOR_CONTRACTORS = frozenset({NoticeKind.REFERRAL_FILE})
"""What the customer prepares for court is no business of the other side."""

ADDRESSED_WITHIN = timedelta(days=30)
"""Whoever gets an address so soon after a letter is still sent it; later it would be news of yesteryear."""


# --- how it is sent


class Channel(StrEnum):
    """How a notice travels."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class NoticeState(StrEnum):
    """How far a notice has come. `unaddressed`: nobody of the organisation has an address."""

    UNADDRESSED = "unaddressed"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    BOUNCED = "bounced"
    GIVEN_UP = "given_up"


class Outcome(StrEnum):
    """What became of one attempt. `later`: it is worth another one; `refused`: it never will be."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"


LEASE = timedelta(minutes=15)
"""Whoever took a notice and said nothing for so long is gone: the notice is sent again, under the same Message-ID.
Longer than any conversation with a server may take."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 30
"""With growing pauses some five days, after which mail servers give up, too."""

WEBHOOK_DISABLED_AFTER = timedelta(days=5)
"""A receiver that has failed for so long, with nothing received between, is not called any more."""


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 2, 4, 8 ... minutes, at most six hours."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)


def after_failure(attempts: int, outcome: Outcome, channel: Channel) -> NoticeState:
    """What a notice is after an attempt that came to nothing."""
    if outcome is Outcome.REFUSED and channel is Channel.MAIL:
        return NoticeState.BOUNCED
    if outcome is Outcome.REFUSED or attempts >= MOST_ATTEMPTS:
        return NoticeState.GIVEN_UP
    return NoticeState.WAITING


def is_to_be_disabled(failing_since: datetime | None, now: datetime) -> bool:
    """Whether a receiver of webhooks has failed for too long."""
    return failing_since is not None and now - failing_since >= WEBHOOK_DISABLED_AFTER


LONGEST_ADDRESS = 254


class BadAddress(RoadsError):
    """No mail can be sent to this. Carries `value`."""

    code = "bad_address"


def email_of(written: str) -> str:
    """An address as mails are sent to it, in small letters. Errors: BadAddress.

    As a reader of mails reads it, it must be one address and all of what was written: comments, names and encoded words
    would let one mailbox pass for many.
    """
    email = written.strip().lower()
    if not email or len(email) > LONGEST_ADDRESS or any(not one.isprintable() or one.isspace() for one in email):
        raise BadAddress(value=written[:LONGEST_ADDRESS])
    mail = EmailMessage()
    mail["To"] = email
    read = mail["To"]
    if (
        read.defects
        or [one.addr_spec for one in read.addresses] != [email]
        or any(one.display_name for one in read.groups)
    ):
        raise BadAddress(value=written)
    local, _, host = email.partition("@")
    if not local or not host or "@" in host or set(email) & set('<>,;:()[]"\\'):
        raise BadAddress(value=written)
    return email


def masked(email: str) -> str:
    """An address that tells two apart at most by their host."""
    local, at, host = email.partition("@")
    return f"{local[:1]}…{at}{host}" if at else email


class BadWebhook(RoadsError):
    """Nothing can be sent to this address of a program. Carries `value`."""

    code = "bad_webhook"
