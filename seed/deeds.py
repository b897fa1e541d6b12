"""Who does what to a claim line in the demonstration: every step of a fate, through the use case of those people.

People are role codes of the demonstration's organisations; the one who judges a repair is never of the contractor's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Role, person
from roads.domain.claims import Action, DisputeReason, ReopenReason
from roads.domain.photos import PhotoSubject, Position
from roads.queries.photos import Subject
from roads.usecases import claims_answers as answers
from roads.usecases import claims_endings as endings
from roads.usecases import claims_repairs as repairs
from roads.usecases import claims_visits as visits
from roads.usecases import letters
from roads.usecases.photos import ALMATY, AttachPhoto, Taken, attach_photo
from roads.usecases.photos_public import ReleasePhoto, release_photo
from seed.fates import Step
from seed.photos import Album

SHOWN = 4
"""Of every fourth claimed place the demonstration has a photo from before its repair."""
UNRELEASED = 5
"""Every fifth photo nobody has looked at yet."""
MISTAKEN = 13
"""Every so manieth phone is wrong about where it stands."""
VISITED_AFTER, PLANNED_AFTER = timedelta(days=2), timedelta(days=7)
MILLION_TENGE_BY_OTHERS = Decimal("1.85")
"""What the customer pays somebody else to mend one place; the contractor owes it."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The organisations around a claim, by their ids."""

    customer_id: int
    contractor_id: int
    quality_centre_id: int

    @property
    def engineer(self) -> Actor:
        """Issues claims and decides on them."""
        return person("engineer-1", Role.ENGINEER, self.customer_id)

    @property
    def builder(self) -> Actor:
        """Answers claims and mends."""
        return person("contractor-1", Role.CONTRACTOR, self.contractor_id)

    def verifier(self, line_id: int) -> Actor:
        """Looks at repairs: every third time somebody of the quality centre, else a colleague of the engineer."""
        if line_id % 3:
            return person("engineer-2", Role.ENGINEER, self.customer_id)
        return person("engineer-3", Role.ENGINEER, self.quality_centre_id)


@dataclass(frozen=True, slots=True)
class Line:
    """An issued line as the demonstration follows it."""

    id: int
    defect_id: int
    carriageway_id: int
    element: str
    sides: Sides


@dataclass(frozen=True, slots=True)
class Deed:
    """One step, taken on a day; photos come out of the album."""

    line: Line
    step: Step
    album: Album
    defect_id: int | None = None


def do(session: Session, deed: Deed, today: date) -> None:
    """Take a step. Errors: those of its use case, none of which a well-told story meets."""
    _DEEDS[deed.step.action](session, deed, today)


def show_damage(session: Session, line: Line, album: Album, today: date) -> None:
    """The inspector's photo of a place that is claimed; most are released, the others wait for somebody to look."""
    if line.id % SHOWN:
        return
    inspector = person("inspector-1", Role.INSPECTOR, line.sides.customer_id)
    photo = album.send(session, inspector, taken_at(session, line.defect_id, today), is_mended=False)
    subject = Subject(PhotoSubject.DEFECT, line.defect_id)
    attach_photo(session, inspector, AttachPhoto(photo, subject), today=today)
    if line.id % UNRELEASED:
        release_photo(session, line.sides.engineer, ReleasePhoto(photo), today=today)


def taken_at(session: Session, defect_id: int, today: date) -> Taken:
    """What a phone says that stands beside a defect at noon; now and then one says another place."""
    lon, lat = session.execute(_WHERE, {"id": defect_id}).one()
    away = 0.02 if defect_id % MISTAKEN == 0 else 0.0
    return Taken(Position(lon + away, lat), datetime.combine(today, time(12), ALMATY), 8.0)


_WHERE = text("SELECT ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)) FROM defect WHERE id = :id")


def _report(session: Session, deed: Deed, today: date) -> None:
    builder = deed.line.sides.builder
    photo = deed.album.send(session, builder, taken_at(session, deed.line.defect_id, today), is_mended=True)
    command = repairs.ReportRepair(deed.line.id, [photo], deed.step.words)
    repairs.report_repair(session, builder, command, today=today)


def _verify(session: Session, deed: Deed, today: date) -> None:
    verifier = deed.line.sides.verifier(deed.line.id)
    is_released = bool(deed.line.id % UNRELEASED)
    repairs.verify(session, verifier, repairs.VerifyRepair(deed.line.id, is_released=is_released), today=today)


def _reject(session: Session, deed: Deed, today: date) -> None:
    verifier = deed.line.sides.verifier(deed.line.id)
    repairs.reject_repair(session, verifier, repairs.RejectRepair(deed.line.id, deed.step.words), today=today)


def _dispute(session: Session, deed: Deed, today: date) -> None:
    command = answers.DisputeLine(deed.line.id, DisputeReason(deed.step.reason), deed.step.words)
    answers.dispute(session, deed.line.sides.builder, command, today=today)


def _reopen(session: Session, deed: Deed, today: date) -> None:
    command = repairs.Reopen(deed.line.id, ReopenReason(deed.step.reason), deed.step.words, deed.defect_id)
    repairs.reopen(session, deed.line.sides.engineer, command, today=today)


def _decided(use_case: Callable[..., object]) -> Callable[[Session, Deed, date], None]:
    """A decision of the engineer, with its reason in words."""

    def decide(session: Session, deed: Deed, today: date) -> None:
        use_case(session, deed.line.sides.engineer, answers.Decide(deed.line.id, deed.step.words), today=today)

    return decide


def _returned(result: endings.CourtResult) -> Callable[[Session, Deed, date], None]:
    def come_back(session: Session, deed: Deed, today: date) -> None:
        command = endings.ReturnFromCourt(deed.line.id, result, deed.step.words)
        endings.return_from_court(session, deed.line.sides.engineer, command, today=today)

    return come_back


def _accept(session: Session, deed: Deed, today: date) -> None:
    answers.accept(session, deed.line.sides.builder, answers.AcceptLine(deed.line.id), today=today)


def _ask_visit(session: Session, deed: Deed, today: date) -> None:
    command = visits.AskJointVisit(deed.line.id, deed.step.words)
    visits.ask_joint_visit(session, deed.line.sides.builder, command, today=today)


def _set_visit(session: Session, deed: Deed, today: date) -> None:
    command = visits.SetJointVisit(deed.line.id, today + VISITED_AFTER, deed.step.words)
    visits.set_joint_visit(session, deed.line.sides.engineer, command, today=today)


def _hold_visit(session: Session, deed: Deed, today: date) -> None:
    command = visits.HoldJointVisit(deed.line.id, today, f"{today.year}/{deed.line.id}", deed.step.words)
    visits.hold_joint_visit(session, deed.line.sides.engineer, command, today=today)


def _plan(session: Session, deed: Deed, today: date) -> None:
    command = repairs.PlanRepair(deed.line.id, today + PLANNED_AFTER, deed.step.words)
    repairs.plan_repair(session, deed.line.sides.builder, command, today=today)


def _patch(session: Session, deed: Deed, today: date) -> None:
    command = repairs.RecordPatch(deed.line.id, deed.step.words)
    repairs.record_patch(session, deed.line.sides.builder, command, today=today)


def _do_by_others(session: Session, deed: Deed, today: date) -> None:
    command = endings.DoByOthers(deed.line.id, deed.step.words, MILLION_TENGE_BY_OTHERS * 1_000_000)
    endings.do_by_others(session, deed.line.sides.engineer, command, today=today)


def _prescribe(session: Session, deed: Deed, today: date) -> None:
    command = letters.Prescribe([deed.line.id], deed.step.words)
    letters.prescribe(session, deed.line.sides.engineer, command, today=today)


_DEEDS: Mapping[Action, Callable[[Session, Deed, date], None]] = {
    Action.ACCEPT: _accept,
    Action.ASK_JOINT_VISIT: _ask_visit,
    Action.SET_JOINT_VISIT: _set_visit,
    Action.HOLD_JOINT_VISIT: _hold_visit,
    Action.PLAN_REPAIR: _plan,
    Action.PATCH: _patch,
    Action.PRESCRIBE: _prescribe,
    Action.DISPUTE: _dispute,
    Action.UPHOLD: _decided(answers.uphold),
    Action.GRANT: _decided(answers.grant),
    Action.REPORT_REPAIR: _report,
    Action.VERIFY: _verify,
    Action.REJECT_REPAIR: _reject,
    Action.REOPEN: _reopen,
    Action.WITHDRAW: _decided(endings.withdraw),
    Action.DO_BY_OTHERS: _do_by_others,
    Action.REFER_TO_COURT: _decided(endings.refer_to_court),
    Action.RETURN_ACCEPTED: _returned(endings.CourtResult.ACCEPTED),
    Action.RETURN_WITHDRAWN: _returned(endings.CourtResult.WITHDRAWN),
    Action.RETURN_DONE_BY_OTHERS: _returned(endings.CourtResult.DONE_BY_OTHERS),
    Action.CLOSE_WITHOUT_FIX: _decided(endings.close_without_fix),
}
