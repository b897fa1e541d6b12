"""Who may come in: what a password must be, how long a door stays open, and when somebody has to wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import ClassVar
from unicodedata import normalize

from roads.domain.errors import RoadsError

# --- errors


class WeakPassword(RoadsError):
    """The password would be guessed. Carries `problem` (a PasswordProblem)."""

    code = "weak_password"


class NoPassword(RoadsError):
    """No password was given where one is asked for."""

    code = "no_password"


class NotSignedIn(RoadsError):
    """Nobody has signed in, or not any more."""

    code = "not_signed_in"


class WrongPassword(RoadsError):
    """No such login with this password; which of the two is wrong is nobody's business."""

    code = "wrong_password"


class TooManyAttempts(RoadsError):
    """Too many wrong passwords from here. Carries `seconds`, after which another attempt is listened to."""

    code = "too_many_attempts"


class NotOurForm(RoadsError):
    """A form that another site sent, or that belongs to another browser or session."""

    code = "not_our_form"


class TooBusy(RoadsError):
    """So many passwords are being looked at that this one would wait too long. Carries `seconds`."""

    code = "too_busy"


class RoleNotHeld(RoadsError):
    """The person does not have this role. Carries `role`."""

    code = "role_not_held"


class LinkExpired(RoadsError):
    """The link to set a new password has been used or is too old."""

    code = "link_expired"


class UnknownToken(RoadsError):
    """The person has no such token."""

    code = "unknown_token"


class BadAccount(RoadsError):
    """An account cannot be made like this. Carries `field` and `value`."""

    code = "bad_account"


class AccountExists(RoadsError):
    """There is a person with this login or code. Carries `login` and `code_`."""

    code = "account_exists"


class BadToken(RoadsError):
    """A token cannot be issued like this. Carries `longest_days` and `longest_name`."""

    code = "bad_token"


class TokenForTokenRefused(RoadsError):
    """A token never makes another one: who finds a token would have it for ever."""

    code = "token_for_token"


# --- passwords

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
"""A megabyte to hash would be work for nobody."""
FEWEST_CHARACTERS = 5
"""So many different ones at least: `aaaaaaaaaaaa` has one."""

COMMONEST = frozenset(
    {
        "0987654321ab",
        "1234567890ab",
        "123456789012",
        "1234567890123",
        "12345678901234567890",
        "1234qwerasdf",
        "1q2w3e4r5t6y",
        "1q2w3e4r5t6y7u",
        "1qaz2wsx3edc",
        "1qaz2wsx3edc4rfv",
        "abc123456789",
        "abcdefghijkl",
        "administrator",
        "administrator1",
        "changemenow1",
        "correcthorsebatterystaple",
        "iloveyou1234",
        "iloveyou12345",
        "kazakhstan01",
        "kazakhstan2024",
        "kazakhstan2025",
        "kazakhstan2026",
        "letmeinletmein",
        "password1234",
        "password12345",
        "password123456",
        "passwordpassword",
        "q1w2e3r4t5y6",
        "qazwsxedcrfv",
        "qwerty123456",
        "qwerty1234567",
        "qwertyqwerty",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
        "qwertyuiop[]",
        "welcome12345",
        "zaq12wsxcde3",
        "алматы123456",
        "астана123456",
        "казахстан123",
        "йцукен123456",
        "йцукенгшщзхъ",
        "қазақстан123",
        "пароль123456",
        "парольпароль",
    }
)
"""The commonest of those long enough, in small letters."""


class PasswordProblem(StrEnum):
    """What is wrong with a password."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    IS_LOGIN = "is_login"
    TOO_COMMON = "too_common"
    TOO_PLAIN = "too_plain"


def as_typed(password: str) -> str:
    """One spelling of what was typed: some keyboards make one letter of й, others two that look the same."""
    return normalize("NFC", password)


def password_problem(password: str, login: str) -> PasswordProblem | None:
    """What is wrong with a password for this login, or None."""
    written = as_typed(password)
    folded = written.casefold()
    if len(written) < SHORTEST_PASSWORD:
        return PasswordProblem.TOO_SHORT
    if len(written) > LONGEST_PASSWORD:
        return PasswordProblem.TOO_LONG
    if folded in (login.casefold(), login.casefold().partition("@")[0]):
        return PasswordProblem.IS_LOGIN
    if folded in COMMONEST:
        return PasswordProblem.TOO_COMMON
    return PasswordProblem.TOO_PLAIN if len(set(folded)) < FEWEST_CHARACTERS else None


def demand_good(password: str, login: str) -> None:
    """Raise WeakPassword where there is something wrong with it."""
    problem = password_problem(password, login)
    if problem:
        raise WeakPassword(problem=problem.value)


LONGEST_LOGIN = 254
"""No mail server takes a longer address (RFC 5321)."""


def login_of(written: str) -> str:
    """A login as it is compared: an e-mail address in small letters."""
    return normalize("NFC", written.strip()).lower()


# --- how long a door stays open

IDLE = timedelta(hours=12)
LONGEST_SESSION = timedelta(days=7)
DEVICE_KNOWN = timedelta(days=90)
"""So long a browser in which somebody has signed in counts as this person's own."""
SEEN_EVERY = timedelta(minutes=5)
"""A session is not written at every page, only where it was last seen longer ago."""
RESET_LIFE = timedelta(hours=1)
BEARER_LIFE = timedelta(minutes=10)
LONGEST_TOKEN = timedelta(days=365)
LONGEST_TOKEN_NAME = 100


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The times of a session. `valid_from`: what its person opened before is over."""

    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    valid_from: datetime

    def is_open(self, now: datetime) -> bool:
        """Twelve hours without a page end a session, and seven days in any case."""
        if self.revoked_at is not None or self.created_at < self.valid_from:
            return False
        return now < self.expires_at and now - self.seen_at < IDLE


# --- who has to wait


class AttemptKind(StrEnum):
    """What was asked for at the door."""

    PASSWORD = "password"  # noqa: S105 (a word, not a secret)
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within the window are free; each further one doubles the wait, up to the window."""

    free: int
    first_wait: timedelta

    WINDOW: ClassVar[timedelta] = timedelta(minutes=15)

    def wait_after(self, failures: Sequence[datetime], now: datetime) -> timedelta:
        """How long to wait from now on, given when the failures were."""
        recent = [at for at in failures if now - at < self.WINDOW]
        if len(recent) < self.free:
            return timedelta(0)
        doubled: int = 2 ** min(len(recent) - self.free, 10)
        wait = min(self.first_wait * doubled, self.WINDOW)
        return max(max(recent) + wait - now, timedelta(0))


OF_ONE_LOGIN = Limit(free=5, first_wait=timedelta(seconds=30))
OF_ONE_ORIGIN = Limit(free=30, first_wait=timedelta(seconds=30))
"""An office of many people may share one address."""
OF_RESETS = Limit(free=3, first_wait=timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that came to nothing, or of which nobody knows yet; `is_same_login`: for the login now asked for."""

    at: datetime
    is_same_login: bool


def wait_after(failures: Sequence[Failure], now: datetime, of_one_login: Limit = OF_ONE_LOGIN) -> timedelta:
    """How long whoever asks from one origin has to wait; nothing, if they may try now.

    Only failures from the same origin count: somebody elsewhere can never lock a person out.
    """
    same = [failure.at for failure in failures if failure.is_same_login]
    every = [failure.at for failure in failures]
    return max(of_one_login.wait_after(same, now), OF_ONE_ORIGIN.wait_after(every, now))


def origin_of(address: str) -> str:
    """What counts as one address: of IPv6 the network that one subscriber gets (64 bits)."""
    try:
        known: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ip_network((known, 64), strict=False))
    return str(known)


def origin_of_device(session_id: int) -> str:
    """A browser in which this person has signed in before: what strangers try elsewhere is not counted against it."""
    return f"device/{session_id}"


class OwnAccount(RoadsError):
    """An administrator neither locks themselves out nor takes a role from themselves."""

    code = "own_account"
