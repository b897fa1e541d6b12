"""Who else is told: addresses of organisations and programs of theirs, as an administrator states them."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from secrets import token_bytes
from urllib.parse import urlsplit

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.errors import NotFound
from roads.domain.notices import BadWebhook, Channel, NoticeKind, NoticeState, email_of, is_to_be_disabled
from roads.models.contracts import Organisation
from roads.models.notices import Notice, OrganisationAddress, Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32
LONGEST_URL = 1000


@dataclass(frozen=True, slots=True)
class StateAddress:
    """An organisation itself is written to here, in a language; with `is_active` false, no more."""

    bin: str
    email: str
    language: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class MakeWebhook:
    """A program of an organisation wants to hear what its people are written; no kinds: all of them.

    `may_be_local`: also on this machine and without TLS, as in the demonstration.
    """

    bin: str
    url: str
    kinds: Sequence[NoticeKind] = ()
    may_be_local: bool = False


@dataclass(frozen=True, slots=True)
class MadeWebhook:
    """A webhook and its secret, which is shown this once."""

    id: int
    secret: str


def state_address(session: Session, actor: Actor, command: StateAddress) -> None:
    """Record it. Errors: NotAllowed, NotFound for an organisation nobody knows, BadAddress."""
    actor.require(Permission.MANAGE_NOTICES)
    stated = insert_unless_there(OrganisationAddress).values(
        organisation_id=_organisation(session, command.bin),
        email=email_of(command.email),
        language=command.language,
        is_active=command.is_active,
        stated_by=actor.name,
    )
    session.execute(
        stated.on_conflict_do_update(
            index_elements=[OrganisationAddress.organisation_id, OrganisationAddress.email],
            set_={"language": command.language, "is_active": command.is_active},
        )
    )


def make_webhook(session: Session, actor: Actor, command: MakeWebhook) -> MadeWebhook:
    """Make it and its secret. Errors: NotAllowed, NotFound, BadWebhook."""
    actor.require(Permission.MANAGE_NOTICES)
    demand_callable(command.url, may_be_local=command.may_be_local)
    secret = PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()
    made = insert(Webhook).values(
        organisation_id=_organisation(session, command.bin),
        url=urlsplit(command.url).geturl(),  # `HTTPS://` is the same scheme, but not as the table writes it
        secret=secret,
        kinds=[kind.value for kind in command.kinds] or None,
        stated_by=actor.name,
    )
    return MadeWebhook(session.scalars(made.returning(Webhook.id)).one(), secret)


def switch_webhook(session: Session, actor: Actor, webhook_id: int, *, is_active: bool) -> None:
    """Call a program no more, or again. Errors: NotAllowed, NotFound."""
    actor.require(Permission.MANAGE_NOTICES)
    changes = {"is_active": is_active, "failing_since": None, "disabled_at": None}
    switched = update(Webhook).where(Webhook.id == webhook_id).values(**changes).returning(Webhook.id)
    if session.scalars(switched).one_or_none() is None:
        raise NotFound(thing="webhook", key=webhook_id)


def demand_callable(url: str, *, may_be_local: bool) -> None:
    """Raise BadWebhook for what is plainly nothing to call; where a name leads is looked up at each call."""
    if len(url) > LONGEST_URL:
        raise BadWebhook(value=url[:LONGEST_URL])
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadWebhook(value=url) from None
    is_local = host == "localhost" or _is_inner(host)
    is_safe = parts.scheme == "https" and not is_local
    is_known = is_safe or (may_be_local and is_local and parts.scheme in ("http", "https"))
    if not host or parts.username or parts.fragment or not url.isprintable() or " " in url or not is_known:
        raise BadWebhook(value=url)


def _is_inner(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def _organisation(session: Session, number: str) -> int:
    known = session.scalar(select(Organisation.id).where(Organisation.bin == number))
    if known is None:
        raise NotFound(thing="organisation", key=number)
    return known


def judge_webhook(session: Session, actor: Actor, webhook_id: int, *, is_ok: bool, now: datetime) -> None:
    """Keep since when a program fails; after five days it is called no more, and administrators are told, once."""
    actor.require(Permission.RUN_JOBS)
    hook = session.scalars(select(Webhook).where(Webhook.id == webhook_id).with_for_update()).one()
    if is_ok or hook.failing_since is None:
        failing = None if is_ok else now
        session.execute(update(Webhook).where(Webhook.id == webhook_id).values(failing_since=failing))
    elif hook.is_active and is_to_be_disabled(hook.failing_since, now):
        session.execute(update(Webhook).where(Webhook.id == webhook_id).values(is_active=False, disabled_at=now))
        _give_up(session, webhook_id)
        _tell_administrators(session, webhook_id, now)


def _give_up(session: Session, webhook_id: int) -> None:
    waits = (Notice.webhook_id == webhook_id, Notice.state == NoticeState.WAITING)
    session.execute(update(Notice).where(*waits).values(state=NoticeState.GIVEN_UP))


def _tell_administrators(session: Session, webhook_id: int, now: datetime) -> None:
    """Who may switch it on again. The mail names the program, whose address is read when it is sent."""
    people = session.execute(
        text("SELECT DISTINCT address, language FROM notice_address WHERE role = 'administrator' ORDER BY address")
    )
    for address, language in people:
        session.execute(
            insert(Notice).values(
                kind=NoticeKind.WEBHOOK_DISABLED,
                channel=Channel.MAIL,
                webhook_id=webhook_id,
                address=address,
                language=language,
                state=NoticeState.WAITING,
                next_try_at=now,
            )
        )
