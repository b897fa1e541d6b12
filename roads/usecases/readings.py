"""Opening a letter, and what that proves."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Role
from roads.domain.notices import NoticeKind
from roads.models.claims import Claim
from roads.queries.letters import StoredLetter, stored_letter


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """Somebody who has signed in opens a letter, by its id or the code of its page."""

    language: str
    letter_id: int = 0
    code: str = ""


def open_letter(session: Session, actor: Actor, command: OpenLetter, *, today: date, now: datetime) -> StoredLetter:
    """The file of a letter, as it was sent. What its contractor opens, the contractor has read.

    Opening the claim's letter acknowledges the claim, in the name of the person who has signed in, the first time
    only. A mailed link proves less, and acknowledges nothing. Errors: NotFound.
    """
    found = stored_letter(session, letter_id=command.letter_id, code=command.code, language=command.language)
    session.execute(select(func.read_own_notices(found.letter_id, now)))
    if actor.role is Role.CONTRACTOR and found.kind is NoticeKind.CLAIM_ISSUED and not _is_read(session, found):
        evidence = f"opened the letter in {found.language}, sha256 {found.sha256}"
        # With the use cases of claims come libraries that most who serve and open no letter need not wait for.
        from roads.usecases.claims_drafting import Receipt, acknowledge  # noqa: PLC0415

        acknowledge(session, actor, Receipt(found.claim_id, evidence), today=today)
    return found


def _is_read(session: Session, found: StoredLetter) -> bool:
    return session.scalar(select(Claim.acknowledged_at).where(Claim.id == found.claim_id)) is not None


def confirm_reading(session: Session, key: str, *, now: datetime) -> str | None:
    """Somebody who holds a mailed link says that the letter was read; gives the code of its page, None for no link.

    It shows that the mail came to somebody, not to whom: it is kept with the notice and acknowledges no claim.
    """
    code: str | None = session.scalar(select(func.confirm_reading(key, now)))
    return code
