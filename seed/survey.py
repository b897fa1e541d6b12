"""The demonstration's inspections: what was planned is mostly carried out, and the rest of the network is driven over.

Records come in as files of a survey, day by day. An inspector finds defects where there are some: a stretch on which
everything known was mended by that day is recorded as without a defect.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.tables import Row
from roads.domain.actors import Actor
from roads.domain.inspections import CAMPAIGNS, InspectionKind, InspectionOutcome
from roads.models import Carriageway
from roads.models.inspections import PlannedInspection
from roads.usecases.inspections import ImportInspections, PlanInspections, import_inspections, plan_inspections
from seed.network import SOURCE
from seed.reference import demand_all

SEED = 20263
LEG_CM = 1_000_000
"""An inspector records 10 km at a time."""
SHARE_KEPT = 0.86
"""So many of the planned inspections are carried out; the others are missed."""
SHARE_OF_NETWORK = 0.55
"""So many of the carriageways are driven over in a campaign, under warranty or not: the rest stays unknown."""
SHARE_NOT_COMPLETED = 0.02
INSPECTORS = 6


@dataclass(frozen=True, slots=True)
class Stretch:
    """Centimetres of a carriageway, looked at on one day for one reason."""

    carriageway_id: int
    from_cm: int
    to_cm: int
    kind: InspectionKind


@dataclass(frozen=True, slots=True)
class Seen:
    """A defect where it lies, from the day somebody detected it."""

    defect_id: int
    from_cm: int
    to_cm: int
    detected_on: date


@dataclass
class Survey:
    """Plans the inspections of the year, carries most of them out and misses some."""

    session: Session
    actor: Actor
    until: date
    mended: set[int] = field(default_factory=set)
    """Defects that nobody would find any more; whoever tells of a repair keeps it."""

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(SEED)
        self._agenda: dict[date, list[Stretch]] = defaultdict(list)
        self._last_plan = 0
        self._records = 0
        names = select(Carriageway.id, Carriageway.source_id).where(Carriageway.source == SOURCE)
        self._names = dict(self.session.execute(names).all())
        self._seen = _defects_by_carriageway(self.session)

    def plan(self, today: date) -> None:
        """Let the job plan, and decide for what is new on which day somebody goes there."""
        plan_inspections(self.session, self.actor, PlanInspections(), today=today)
        new = select(PlannedInspection).where(PlannedInspection.id > self._last_plan).order_by(PlannedInspection.id)
        for planned in self.session.scalars(new):
            self._last_plan = planned.id
            if self._random.random() < SHARE_KEPT:
                place = (planned.carriageway_id, planned.extent.lower or 0, planned.extent.upper or 0)
                self._go(place, InspectionKind(planned.kind), planned.due.lower or today, planned.due.upper or today)

    def _go(self, place: tuple[int, int, int], kind: InspectionKind, first_on: date, end: date) -> None:
        """On a day of the window, `end` not included, with ten kilometres in a record."""
        day = first_on + timedelta(days=int(self._random.integers((end - first_on).days)))
        carriageway_id, from_cm, to_cm = place
        for start in range(from_cm, to_cm, LEG_CM):
            self._agenda[day].append(Stretch(carriageway_id, start, min(start + LEG_CM, to_cm), kind))

    def begin_campaigns(self, today: date) -> None:
        """On the first day of a campaign most of the network is shared out over its days."""
        for kind, first, last in CAMPAIGNS:
            if today == date(today.year, *first):
                self._share_out(kind, today, date(today.year, *last))

    def _share_out(self, kind: InspectionKind, first_on: date, last_on: date) -> None:
        extents = self.session.execute(
            select(Carriageway.id, Carriageway.extent).where(Carriageway.source == SOURCE).order_by(Carriageway.id)
        )
        for carriageway_id, extent in extents:
            from_cm, to_cm = extent.lower or 0, extent.upper or 0
            for start in range(from_cm, to_cm, 5 * LEG_CM):
                if self._random.random() < SHARE_OF_NETWORK:
                    place = (carriageway_id, start, min(start + 5 * LEG_CM, to_cm))
                    self._go(place, kind, first_on, last_on + timedelta(days=1))

    def work(self, today: date) -> None:
        """Record what was looked at today."""
        stretches = self._agenda.pop(today, ())
        if stretches:
            rows = [Row(number, values) for number, values in enumerate(self._rows(stretches, today), start=2)]
            say = demand_all("inspections")
            import_inspections(self.session, self.actor, ImportInspections(rows, SOURCE), say, today=today)

    def _rows(self, stretches: Sequence[Stretch], today: date) -> Iterator[Mapping[str, str]]:
        for stretch in stretches:
            self._records += 1
            is_completed = self._random.random() >= SHARE_NOT_COMPLETED
            yield {
                "external_id": f"survey-{self._records:05d}",
                "inspected_on": today.isoformat(),
                "inspector": f"inspector-{1 + self._records % INSPECTORS}",
                "kind": stretch.kind,
                "source_id": self._names[stretch.carriageway_id],
                "chainage_from": f"{stretch.from_cm / 100:.2f}",
                "chainage_to": f"{stretch.to_cm / 100:.2f}",
                "outcome": self._outcome(stretch, today) if is_completed else InspectionOutcome.NOT_COMPLETED,
                "note": "" if is_completed else "Қалың тұман, көріну нашар",
            }

    def _outcome(self, stretch: Stretch, today: date) -> InspectionOutcome:
        is_there = any(
            one.from_cm < stretch.to_cm
            and stretch.from_cm < one.to_cm
            and one.detected_on <= today
            and one.defect_id not in self.mended
            for one in self._seen[stretch.carriageway_id]
        )
        return InspectionOutcome.DEFECTS_FOUND if is_there else InspectionOutcome.NO_DEFECT_FOUND


def _defects_by_carriageway(session: Session) -> Mapping[int, list[Seen]]:
    rows = session.execute(
        text(
            "SELECT p.carriageway_id, p.defect_id, p.from_cm, p.to_cm, d.detected_on"
            " FROM placement p JOIN defect d ON d.id = p.defect_id"
            " WHERE p.replaced_at = 'infinity' AND p.carriageway_id IS NOT NULL"
        )
    )
    found: dict[int, list[Seen]] = defaultdict(list)
    for carriageway_id, *seen in rows:
        found[carriageway_id].append(Seen(*seen))
    return found
