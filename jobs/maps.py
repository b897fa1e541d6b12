"""The job that publishes the public map. It works on files, not on rows, and is undone by not being committed.

What draws is loaded where it is needed: most commands of this process draw nothing, and must not wait for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.orm import Session

from jobs.tasks import Piece
from maps.surroundings import Surroundings
from roads.domain.actors import Actor, Permission
from roads.queries.operations import IdRange
from roads.settings import Settings

if TYPE_CHECKING:
    from maps.publish import Plan

WHOLE_MAP = IdRange(0, 0)


@dataclass(frozen=True, slots=True)
class PublishMaps:
    """Builds the map into a folder where one of its files is missing or another one than it should be."""

    folder: Path
    given: Surroundings

    @classmethod
    def of(cls, settings: Settings) -> "PublishMaps":
        """As the settings say."""
        given = Surroundings.of(
            settings.language_codes, settings.box, settings.basemap_url, settings.basemap_attribution
        )
        return cls(settings.maps_folder, given)

    def waiting(self, session: Session, today: date) -> Sequence[IdRange]:  # noqa: ARG002 - files alone tell
        """The whole map, or nothing."""
        return [WHOLE_MAP] if self._planned().missing() else []

    def work(self, session: Session, actor: Actor, piece: Piece) -> Mapping[str, int]:  # noqa: ARG002 - of every day
        """Publish once this transaction is committed; a dry run, which is rolled back, leaves the files alone."""
        actor.require(Permission.RUN_JOBS)
        planned = self._planned()
        event.listen(session, "after_commit", lambda _: planned.carry_out(), once=True)
        return {"files": planned.missing()}

    def _planned(self) -> "Plan":
        from maps.publish import plan  # noqa: PLC0415

        return plan(self.folder, self.given)
