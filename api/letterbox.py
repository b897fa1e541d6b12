"""Where people without an account put what they tell: forms that we sent, addresses that nobody reads back.

A form carries when it was sent, signed; nothing is set in the browser. Of an address a keyed hash is kept, which says
whether two things came from one place and not from which.
"""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex

from fastapi import Request
from sqlalchemy.orm import Session

from api.auth import address_of
from roads.db import Role, transaction
from roads.domain.accounts import origin_of
from roads.domain.reports import FormExpired, LetterKind, LooksLikeRobot, TooManyReports, demand_human_pace
from roads.usecases.reports import let_in

TOKEN = "form"  # noqa: S105 (the name of a field)
TRAP = "website"
"""A field that people do not see and machines fill in."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """The secret of this site by which forms are signed and addresses hashed."""

    secret: str

    def form(self, now: datetime) -> str:
        """What a form that is sent now carries; every one is another."""
        said = f"{int(now.timestamp() * 1000)}.{token_hex(8)}"
        return f"{said}.{self._sign('form', said)}"

    def read(self, form: Mapping[str, str], now: datetime) -> str:
        """The hash by which a form is told apart. Errors: FormExpired, FormTooFast, LooksLikeRobot."""
        if form.get(TRAP):
            raise LooksLikeRobot()
        said, _, signature = form.get(TOKEN, "").rpartition(".")
        if not hmac.compare_digest(self._sign("form", said).encode(), signature.encode()):
            raise FormExpired()
        demand_human_pace(datetime.fromtimestamp(int(said.partition(".")[0]) / 1000, UTC), now)
        return sha256(said.encode()).hexdigest()

    def origin(self, address: str) -> str:
        """What counts as one address."""
        return self._sign("origin", origin_of(address))

    def of_mail(self, email: str) -> str:
        """What counts as one address of mail."""
        return self._sign("mail", email.strip().lower())

    def _sign(self, what: str, words: str) -> str:
        return hmac.new(self.secret.encode(), f"{what}:{words}".encode(), sha256).hexdigest()


def letterbox_of(request: Request) -> Letterbox:
    """The letterbox of this site."""
    letterbox: Letterbox = request.app.state.letterbox
    return letterbox


def sender_of(request: Request) -> str:
    """The keyed hash of the address that asks."""
    return letterbox_of(request).origin(address_of(request))


@contextmanager
def putting(request: Request) -> Iterator[Session]:
    """A transaction in which nothing is seen but what lies in the letterbox."""
    with transaction(request.app.state.engine, Role.CITIZENS) as session:
        yield session


def may_be_mailed(request: Request, email: str, now: datetime) -> bool:
    """Whether an address may be asked once more today, whoever wants that; counts the question."""
    try:
        with putting(request) as session:
            let_in(session, LetterKind.MAIL, letterbox_of(request).of_mail(email), now=now)
    except TooManyReports:
        return False
    return True
