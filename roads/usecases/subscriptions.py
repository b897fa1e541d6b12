"""Following something by e-mail: asked, confirmed by whoever reads the mail, told once, forgotten at a word."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, func, select, text
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.errors import NotFound
from roads.domain.notices import NoticeState, email_of
from roads.domain.subscriptions import (
    CONFIRM_WITHIN,
    NEWS_DAYS,
    TOLD_KEPT_DAYS,
    WARRANTY_ENDS_WITHIN_DAYS,
    Followed,
    Frequency,
    NothingFollowed,
    week_begun,
)
from roads.models.notices import Notice
from roads.models.subscriptions import Subscription, SubscriptionTold
from roads.sql import statement


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody with this address asks to hear of something."""

    email: str
    language: str
    frequency: Frequency
    what: Followed


@dataclass(frozen=True, slots=True)
class ToldFollowers:
    """How many mails were written, with how much news in all; how many subscriptions nobody confirmed or can reach."""

    mails: int
    news: int
    forgotten: int


# --- what whoever has no account may do: in the letterbox, by functions that tell nothing of others


def follow(session: Session, command: Follow, *, now: datetime) -> None:
    """Ask by mail whether they want it; an address that follows it already is not written to, and nobody learns that.

    Errors: BadAddress, NothingFollowed.
    """
    what = command.what
    if not any((what.area, what.around, what.road_id, what.contractor_id, what.report)):
        raise NothingFollowed()
    lon, lat = what.around or (None, None)
    session.execute(
        text("""
            SELECT follow(
                :email, :language, :frequency, ST_GeomFromText(:area, 4326),
                ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :within_m, :road, :contractor, :report, :now
            )
        """),
        {
            "email": email_of(command.email),
            "language": command.language,
            "frequency": command.frequency.value,
            "area": what.area,
            "lon": lon,
            "lat": lat,
            "within_m": what.within_m,
            "road": what.road_id,
            "contractor": what.contractor_id,
            "report": what.report,
            "now": now,
        },
    )


def subscription_of(session: Session, key: str) -> Row[Any]:
    """What the subscription of a mail is about; not whose it is. Errors: NotFound."""
    found = session.execute(text("SELECT * FROM subscription_of_key(:key)"), {"key": key}).one_or_none()
    if found is None:
        raise NotFound(thing="subscription", key=key)
    return found


def confirm(session: Session, key: str, frequency: Frequency | None = None, *, now: datetime) -> None:
    """Whoever reads the mail wants it, so often. Errors: NotFound."""
    if not session.scalar(select(func.confirm_subscription(key, now, frequency.value if frequency else None))):
        raise NotFound(thing="subscription", key=key)


def end_subscription(session: Session, key: str) -> bool:
    """Forget the subscription and the address; gives whether there was one."""
    return bool(session.scalar(select(func.end_subscription(key))))


# --- what the job does


def tell_followers(session: Session, actor: Actor, *, today: date, now: datetime, zone: ZoneInfo) -> ToldFollowers:
    """Write to each follower who is due one mail with all that is new to them, and forget who never confirmed."""
    actor.require(Permission.RUN_JOBS)
    forgotten = _forget_lost(session, now)
    told = session.execute(
        statement("tell_followers"),
        {
            "today": today,
            "now": now,
            "zone": zone.key,
            "since": today - timedelta(days=NEWS_DAYS),
            "week_begun": week_begun(now, zone),
            "warranty_until": today + timedelta(days=WARRANTY_ENDS_WITHIN_DAYS),
        },
    ).one()
    old = today - timedelta(days=TOLD_KEPT_DAYS + WARRANTY_ENDS_WITHIN_DAYS)
    session.execute(delete(SubscriptionTold).where(SubscriptionTold.happened_on < old))
    return ToldFollowers(told.mails, told.news, forgotten)


def _forget_lost(session: Session, now: datetime) -> int:
    """Who did not confirm in time, and whose mails come back."""
    never = Subscription.confirmed_at.is_(None) & (Subscription.asked_at < now - CONFIRM_WITHIN)
    came_back = select(Notice.subscription_id).where(
        Notice.subscription_id.is_not(None), Notice.state == NoticeState.BOUNCED
    )
    lost = select(Subscription.key).where(never | Subscription.id.in_(came_back))
    return sum(end_subscription(session, key) for key in session.scalars(lost).all())
