"""Claims as they stand: a line and its claim, what decides its deadlines, what is overdue on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from roads.domain.claims import OWED, LineState, Owed, Party, Sides
from roads.domain.deadlines import Allowance, DeadlineOrigin, Site, Winter
from roads.domain.distress import Severity
from roads.domain.errors import NotFound
from roads.domain.network import Category
from roads.domain.places import Stretch
from roads.domain.rules import CountedIn
from roads.domain.warranty import Element
from roads.models import Carriageway, Claim, ClaimEvent, ClaimLine, ClaimTerms, Contract, Repair
from roads.sql import statement


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim and who answers it. Without `issued_on` it is a draft, and the contract names the addressees."""

    id: int
    contract_id: int
    customer_id: int
    detected_on: date
    number: str | None
    issued_on: date | None
    contractor_id: int
    supervisor_id: int | None
    designer_id: int | None

    @property
    def sides(self) -> Sides:
        """Who answers it, and who pursues it."""
        return Sides(self.contractor_id, self.customer_id, self.supervisor_id)


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line as it stood when it was read; a change is made only if it still does."""

    id: int
    claim_id: int
    number: int
    contract_id: int
    customer_id: int
    contractor_id: int
    defect_id: int
    supervisor_id: int | None
    place: Stretch
    state: LineState
    round: int
    revision: int

    @property
    def sides(self) -> Sides:
        """Who answers its claim, and who pursues it."""
        return Sides(self.contractor_id, self.customer_id, self.supervisor_id)


def find_claim(session: Session, claim_id: int, *, lock: bool = False) -> KnownClaim:
    """The claim; with `lock` held so that nobody else issues it or adds a line. Errors: NotFound."""
    asked = (
        select(
            Claim.id,
            Claim.contract_id,
            Contract.customer_id,
            Claim.detected_on,
            Claim.number,
            Claim.issued_on,
            func.coalesce(Claim.contractor_id, Contract.contractor_id).label("contractor_id"),
            Contract.supervisor_id,
            Contract.designer_id,
        )
        .join(Contract, Contract.id == Claim.contract_id)
        .where(Claim.id == claim_id)
    )
    row = session.execute(asked.with_for_update(of=Claim) if lock else asked).one_or_none()
    if row is None:
        raise NotFound(thing="claim", key=claim_id)
    return KnownClaim(**row._mapping)


def find_line(session: Session, line_id: int) -> KnownLine:
    """The line. Errors: NotFound."""
    row = session.execute(
        select(
            ClaimLine,
            Contract.customer_id,
            Contract.supervisor_id,
            func.coalesce(Claim.contractor_id, Contract.contractor_id).label("contractor_id"),
        )
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Contract, Contract.id == ClaimLine.contract_id)
        .where(ClaimLine.id == line_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(thing="claim_line", key=line_id)
    line: ClaimLine = row.ClaimLine
    place = Stretch(line.carriageway_id, line.extent.lower or 0, line.extent.upper or 0)
    return KnownLine(
        line.id, line.claim_id, line.number, line.contract_id, row.customer_id, row.contractor_id, line.defect_id,
        row.supervisor_id, place, LineState(line.state), line.round, line.revision,
    )  # fmt: skip


def line_state(session: Session, line_id: int) -> LineState:
    """The present state of a line that is known to exist."""
    return LineState(session.scalars(select(ClaimLine.state).where(ClaimLine.id == line_id)).one())


def stale_carriageways(session: Session, claim_id: int) -> list[int]:
    """Carriageways of a claim's drafted lines on which answers wait to be given anew."""
    asked = (
        select(Carriageway.id)
        .join(ClaimLine, ClaimLine.carriageway_id == Carriageway.id)
        .where(
            ClaimLine.claim_id == claim_id,
            ClaimLine.state == LineState.DRAFTED,
            Carriageway.is_stale,
        )
    )
    return sorted(set(session.scalars(asked)))


def line_states(session: Session, claim_id: int) -> list[LineState]:
    """The states of a claim's lines, in order of number."""
    states = session.scalars(select(ClaimLine.state).where(ClaimLine.claim_id == claim_id).order_by(ClaimLine.number))
    return [LineState(state) for state in states]


# --- what decides deadlines


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """What contract and customer themselves say: days for the two clocks, and whether silence is acceptance."""

    safety: Allowance | None
    rectify: Allowance | None
    silence_is_acceptance: bool


def own_terms(session: Session, contract_id: int, customer_id: int) -> OwnTerms:
    """The terms in force; what the contract says beats what its customer does."""
    rows = session.scalars(
        select(ClaimTerms)
        .where(
            ClaimTerms.customer_id == customer_id,
            (ClaimTerms.contract_id == contract_id) | ClaimTerms.contract_id.is_(None),
            func.upper_inf(ClaimTerms.recorded),
        )
        .order_by(ClaimTerms.contract_id.nulls_last())
    ).all()
    silence = next((row.silence_is_acceptance for row in rows if row.silence_is_acceptance is not None), False)
    safety = [_own(row, row.safety_days, row.safety_counted_in) for row in rows]
    rectify = [_own(row, row.rectify_days, row.rectify_counted_in) for row in rows]
    return OwnTerms(next(filter(None, safety), None), next(filter(None, rectify), None), silence)


def _own(row: ClaimTerms, days: int | None, counted_in: str | None) -> Allowance | None:
    if days is None or counted_in is None:
        return None
    origin = DeadlineOrigin.CONTRACT if row.contract_id else DeadlineOrigin.CUSTOMER
    return Allowance(days, CountedIn(counted_in), origin)


def sites_of_lines(session: Session, line_ids: Collection[int]) -> dict[int, tuple[Site, Winter | None]]:
    """What decides the deadlines of lines, by line."""
    rows = session.execute(statement("sites_of_lines"), {"line_ids": list(line_ids)})
    return {row.id: (_site(row), _winter(row)) for row in rows}


def _site(row: Row[Any]) -> Site:
    known = {category.value for category in Category}
    return Site(
        row.kato,
        # A category as some network writes it is no category of ours: no rule is about it.
        Category(row.category) if row.category in known else None,
        Element(row.element),
        Severity(row.severity) if row.severity else None,
    )


def _winter(row: Row[Any]) -> Winter | None:
    return Winter.parse(row.winter_from, row.winter_to) if row.winter_from else None


# --- repairs


@dataclass(frozen=True, slots=True)
class OpenRepair:
    """A repair that nobody has judged yet, and who reported it."""

    id: int
    reporter: Party


def open_repair(session: Session, line_id: int) -> OpenRepair | None:
    """The repair of a line that waits for a verdict."""
    row = session.execute(
        select(Repair.id, Repair.reporter, Repair.reporter_organisation_id).where(
            Repair.line_id == line_id, Repair.verdict.is_(None)
        )
    ).one_or_none()
    return OpenRepair(row.id, Party(row.reporter, row.reporter_organisation_id)) if row else None


# --- questions about a date


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """A line that is overdue: not made safe in time, not mended in time, or both."""

    id: int
    place: Stretch
    is_unsafe: bool
    is_unmended: bool


def overdue_lines(session: Session, on: date, carriageway_ids: Sequence[int] | None = None) -> list[OverdueLine]:
    """The lines that are overdue on a day, in order of id; on some carriageways only, if given."""
    rows = session.execute(
        statement("overdue_lines"),
        {"on": on, "carriageway_ids": None if carriageway_ids is None else list(carriageway_ids)},
    )
    return [
        OverdueLine(
            row.id, Stretch(row.carriageway_id, row.extent.lower, row.extent.upper), row.is_unsafe, row.is_unmended
        )
        for row in rows
    ]


def days_owed(session: Session, line_id: int) -> list[Owed]:
    """The days on which the repair of a line was owed, by its events."""
    rows = session.execute(
        select(ClaimEvent.to_state, ClaimEvent.happened_on)
        .where(ClaimEvent.line_id == line_id, ClaimEvent.to_state.is_not(None))
        .order_by(ClaimEvent.id)
    ).all()
    ends = [*(row.happened_on for row in rows[1:]), None]
    return [Owed(row.happened_on, end) for row, end in zip(rows, ends, strict=True) if row.to_state in OWED]
