"""Claims as the person who acts may see them: the database shows each their own rows, no query here adds a scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.claims import Action, LineState, Sides, StaleRevision, claim_state, open_to
from roads.domain.errors import NotFound
from roads.domain.photos import PhotoSubject
from roads.models import ClaimLine
from roads.queries.photos import Evidence, evidence_of_lines
from roads.sql import statement

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class WantedClaims:
    """Which claims: filters that are None are not asked for; `after` is the last id of the page before."""

    at_most: int
    after: int | None = None
    state: LineState | None = None
    contract_id: int | None = None
    contractor_bin: str | None = None
    is_overdue: bool | None = None
    is_issued: bool | None = None


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line, what is open to whoever looks, and what stands now where it is not what was issued."""

    row: Row[Any]
    actions: Sequence[Action]
    changed: Mapping[str, Any] | None
    photos: Sequence[Evidence] = ()

    @property
    def state(self) -> LineState:
        """How far it has come."""
        return LineState(self.row.state)


@dataclass(frozen=True, slots=True)
class SeenClaim:
    """A claim with its lines and everything that was done."""

    row: Row[Any]
    lines: Sequence[SeenLine]
    events: Rows

    @property
    def state(self) -> LineState:
        """Where it stands, by the lines that are seen."""
        return claim_state(line.state for line in self.lines)

    @property
    def revision(self) -> str:
        """Another one after every change of what is seen here."""
        return f"{self.row.id}.{self.events[-1].id if self.events else 0}"


def claims_seen(session: Session, wanted: WantedClaims, on: date) -> Rows:
    """Claims, the newest first."""
    return session.execute(
        statement("claims_seen"),
        {
            "on": on,
            "after": wanted.after,
            "at_most": wanted.at_most,
            "state": wanted.state,
            "contract_id": wanted.contract_id,
            "contractor_bin": wanted.contractor_bin,
            "is_overdue": wanted.is_overdue,
            "is_issued": wanted.is_issued,
        },
    ).all()


def claim_seen(session: Session, actor: Actor, claim_id: int) -> SeenClaim:
    """A claim. Errors: NotFound, also for one that is somebody else's."""
    claim = session.execute(statement("claim_seen"), {"id": claim_id}).one_or_none()
    rows = session.execute(statement("claim_lines_seen"), {"id": claim_id}).all()
    if claim is None or not rows:
        raise NotFound(thing="claim", key=claim_id)
    sides = Sides(claim.contractor_id, claim.customer_id, claim.supervisor_id)
    changed = _changed(session, [row.id for row in rows])
    photos = evidence_of_lines(session, [row.id for row in rows], [row.defect_id for row in rows])
    lines = [
        SeenLine(row, open_to(actor, LineState(row.state), sides), changed.get(row.id), _photos_of(row, photos))
        for row in rows
    ]
    events = session.execute(statement("claim_events_seen"), {"id": claim_id}).all()
    return SeenClaim(claim, lines, events)


def _photos_of(row: Row[Any], photos: Sequence[Evidence]) -> list[Evidence]:
    own = {PhotoSubject.DEFECT: row.defect_id}
    return [one for one in photos if own.get(one.subject, row.id) == one.subject_id]


def _changed(session: Session, line_ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    rows = session.execute(statement("standing_of_lines"), {"line_ids": list(line_ids)})
    return {row.id: dict(row._mapping) for row in rows if row.stands != row.stood}


def line_of_claim(session: Session, claim_id: int, number: int, *, revision: int | None = None) -> int:
    """The id of a line by its number in the claim; held, and still as it was read, if a `revision` is given.

    Errors: NotFound, StaleRevision.
    """
    asked = select(ClaimLine.id, ClaimLine.revision).where(ClaimLine.claim_id == claim_id, ClaimLine.number == number)
    found = session.execute(asked if revision is None else asked.with_for_update(key_share=True)).one_or_none()
    if found is None:
        raise NotFound(thing="claim_line", key=f"{claim_id}/{number}")
    if revision is not None and found.revision != revision:
        raise StaleRevision(expected=revision, revision=found.revision)
    return int(found.id)


def verifying_organisations(session: Session) -> Rows:
    """Organisations whose people may verify repairs, by name."""
    return session.execute(statement("verifying_organisations")).all()
