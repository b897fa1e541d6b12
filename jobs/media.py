"""The job that sweeps the place of photos: files that no photo on record needs.

What reads and draws pictures is loaded where it is needed: most commands of this process need none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import event
from sqlalchemy.orm import Session

from jobs.tasks import Piece
from roads.domain.actors import Actor
from roads.media import FOLDERS, Media, open_media
from roads.queries.operations import IdRange
from roads.settings import Settings

FOLDERS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class SweepMedia:
    """Looks through the folders, some at a time, so that nobody who keeps a photo waits for long."""

    media: Media

    @classmethod
    def of(cls, settings: Settings) -> "SweepMedia":
        """As the settings say. Errors: BadSetting."""
        return cls(open_media(settings.media_url))

    def waiting(self, _session: Session, _today: date, /) -> Sequence[IdRange]:
        """All folders, each day."""
        return [IdRange(first, first + FOLDERS_AT_ONCE - 1) for first in range(0, FOLDERS, FOLDERS_AT_ONCE)]

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:
        """Sweep some folders, while the transaction still keeps everybody else from needing the files anew.

        A dry run, which is rolled back, takes nothing away.
        """
        from roads.usecases.photos_sweeping import find_unneeded  # noqa: PLC0415

        folders = range(piece.ids.first, piece.ids.last + 1)
        unneeded = find_unneeded(session, actor, folders, media=self.media, today=piece.today)
        event.listen(session, "before_commit", lambda _: unneeded.remove(), once=True)
        return {"files": len(unneeded.names)}
