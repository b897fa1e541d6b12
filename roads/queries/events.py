"""What is on record of suspensions, amendments, terminations and carve-outs."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from roads.domain.cells import in_order
from roads.domain.events import Kind
from roads.domain.happenings import Happening, KnownHappening
from roads.domain.places import Stretch
from roads.models import Carriageway, CarveOut, ContractEvent, Organisation


def happenings_of(session: Session, contract_ids: Collection[int]) -> list[KnownHappening]:
    """What happened to contracts, as known now."""
    rows = session.execute(
        select(
            ContractEvent.id,
            ContractEvent.kind,
            ContractEvent.contract_id,
            ContractEvent.carriageway_id,
            func.lower(ContractEvent.extent).label("from_cm"),
            func.upper(ContractEvent.extent).label("to_cm"),
            ContractEvent.elements,
            ContractEvent.from_on,
            ContractEvent.to_on,
            ContractEvent.months,
            ContractEvent.document,
            ContractEvent.note,
        )
        .where(ContractEvent.contract_id == func.any(list(contract_ids)), func.upper_inf(ContractEvent.recorded))
        .order_by(ContractEvent.id)
    )
    return [KnownHappening(row.id, _event(row)) for row in rows]


def _event(row: Row[Any]) -> Happening:
    stretch = None if row.carriageway_id is None else Stretch(row.carriageway_id, row.from_cm, row.to_cm)
    elements = None if row.elements is None else in_order(row.elements)
    identity = (Kind(row.kind), row.contract_id, stretch, elements, row.from_on, None)
    return Happening(*identity, row.to_on, row.months, row.document, row.note)


def carve_outs_on(session: Session, carriageway_ids: Iterable[int]) -> list[KnownHappening]:
    """Digs, accidents and other carve-outs on carriageways, as known now."""
    rows = session.execute(
        select(
            CarveOut.id,
            CarveOut.carriageway_id,
            func.lower(CarveOut.extent).label("from_cm"),
            func.upper(CarveOut.extent).label("to_cm"),
            CarveOut.elements,
            func.lower(CarveOut.period).label("from_on"),
            func.upper(CarveOut.period).label("until"),
            Organisation.bin.label("liable_bin"),
            CarveOut.document,
            CarveOut.note,
        )
        .join(Organisation, Organisation.id == CarveOut.liable_id)
        .where(CarveOut.carriageway_id == func.any(list(carriageway_ids)), func.upper_inf(CarveOut.recorded))
        .order_by(CarveOut.id)
    )
    return [KnownHappening(row.id, _carve_out(row)) for row in rows]


def _carve_out(row: Row[Any]) -> Happening:
    stretch = Stretch(row.carriageway_id, row.from_cm, row.to_cm)
    last: date | None = row.until and row.until - timedelta(days=1)
    identity = (Kind.CARVE_OUT, None, stretch, in_order(row.elements), row.from_on, row.liable_bin)
    return Happening(*identity, last, None, row.document, row.note)


def replaced_under_carve_outs(session: Session) -> list[int]:
    """Carriageways that are in use no more and bear carve-outs."""
    return list(
        session.scalars(
            select(CarveOut.carriageway_id)
            .join(Carriageway, Carriageway.id == CarveOut.carriageway_id)
            .where(Carriageway.retired_at.is_not(None))
            .distinct()
        )
    )
