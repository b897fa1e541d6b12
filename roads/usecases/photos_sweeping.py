"""Files of photos that nobody needs: what a killed writer left behind, and copies that were masked since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.media import Media
from roads.queries.photos import unnamed_media

UNTOUCHED_DAYS = 1


@dataclass(frozen=True, slots=True)
class Unneeded:
    """Files that may be taken away while the transaction that found them lasts, and not after it."""

    media: Media
    names: Sequence[tuple[int, str]]

    def remove(self) -> None:
        """Take them away."""
        for number, name in self.names:
            self.media.remove(number, name)


def find_unneeded(session: Session, actor: Actor, folders: range, *, media: Media, today: date) -> Unneeded:
    """What no photo names and nobody put for a day, in some of the 256 folders.

    Such are originals whose writer was killed before the row, and copies that were masked since. Until the transaction
    ends nobody keeps a photo: see `keep_sweeper_away`. Errors: NotAllowed.
    """
    actor.require(Permission.RUN_JOBS)
    # Midnight of Greenwich two days ago lies a day or more before any moment of today, wherever we are.
    midnight = datetime.combine(today - timedelta(days=UNTOUCHED_DAYS + 1), time(), UTC)
    return Unneeded(
        media, [(number, name) for number in folders for name in _unneeded(session, media, midnight, number)]
    )


def _unneeded(session: Session, media: Media, since: datetime, number: int) -> list[str]:
    if not unnamed_media(session, list(media.untouched_since(since, number))):
        return []
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("media", 0))))
    return unnamed_media(session, list(media.untouched_since(since, number)))
