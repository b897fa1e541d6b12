"""The demonstration, loaded whole or not at all: real roads drawn schematically, made-up works and defects."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.bbox import KAZAKHSTAN
from geo.tables import Row
from roads.domain.actors import Actor
from roads.domain.cells import Ledger
from roads.domain.contracts import ContractKey, Named
from roads.domain.remarks import Remark
from roads.domain.warranty import KindOfWorks
from roads.media import Media
from roads.usecases.contracts import ImportContracts, import_contracts
from roads.usecases.defects import ImportDefects, import_defects
from roads.usecases.events import ImportEvents, import_events
from roads.usecases.first_rows import FirstRows
from roads.usecases.monitoring import MonitorContract, monitor_contract
from roads.usecases.notices import forget_untold
from roads.usecases.organisations import Met, store_organisations
from seed.defects import ALMATY_TIME, defect_rows
from seed.history import Cells, tell
from seed.letterbox import write_letters
from seed.network import SOURCE, demo_lines, load_network
from seed.organisations import CABLES, HAULIER, HEAT, QUALITY_CENTRE, WATER
from seed.photos import Album
from seed.reference import demand_all, load_shipped, rows_of
from seed.story import Plot, tell_year

TOLD_IN_LETTERS = timedelta(days=30)
"""What the demonstration's past holds beyond this was told on paper: nobody is mailed last year's news."""
MONITORED = {KindOfWorks.CONSTRUCTION, KindOfWorks.RECONSTRUCTION, KindOfWorks.CAPITAL_REPAIR}


def is_loaded(session: Session) -> bool:
    """Whether the demonstration is there already; it is never loaded twice."""
    return bool(
        session.scalar(text("SELECT EXISTS (SELECT FROM carriageway WHERE source = :source)"), {"source": SOURCE})
    )


def is_empty(session: Session) -> bool:
    """Whether there are no roads, no contracts and no defects of anybody's."""
    # A nameless carriageway has no road.
    subjects = ("road", "carriageway", "contract", "defect")
    return not any(session.scalar(text(f"SELECT EXISTS (SELECT FROM {subject})")) for subject in subjects)


def load_demo(session: Session, actor: Actor, *, media: Media, today: date) -> None:
    """Roads, the works of seven and a half years, the defects of two, the claims of one, all counted back from `today`.

    Everything comes in as a file of an administration would, or is done as its people would do it. The caller has
    claimed the network import.
    Errors: ShippedRowRefused when a row is set aside, which no shipped row may be.
    """
    load_shipped(session, actor)
    load_network(session, actor)
    lines = demo_lines(session)
    regions = {row.values["kato"]: row.values["name_kk"] for row in rows_of("regions.csv", "kato", "name_kk")}
    history = tell(lines, regions, today)
    _name_others(session)
    with FirstRows() as first:
        contracts = ImportContracts(_rows(history.contract_rows()), first)
        import_contracts(session, actor, contracts, demand_all("contracts"), today=today)
    _monitor(session, actor, history.contract_rows())
    with FirstRows() as first:
        import_events(session, actor, ImportEvents(_rows(history.events), first), demand_all("events"), today=today)
    defects = ImportDefects(_rows(defect_rows(lines, history, today)), SOURCE, KAZAKHSTAN, ALMATY_TIME)
    import_defects(session, actor, defects, demand_all("defects"), today=today)
    with Album(media) as album:
        tell_year(session, actor, Plot(lines, history, album), today=today)
        write_letters(session, album, media, today=today)
    forget_untold(session, actor, before=today - TOLD_IN_LETTERS)


def _rows(cells: Iterable[Cells]) -> list[Row]:
    return [Row(number, values) for number, values in enumerate(cells, start=2)]


def _monitor(session: Session, actor: Actor, contract_rows: Iterable[Cells]) -> None:
    """The works that last are monitored: what is patched or cleaned from year to year is not."""
    for key in sorted({_key(row) for row in contract_rows if row["kind_of_works"] in MONITORED}):
        monitor_contract(session, actor, MonitorContract(ContractKey(*key)))


def _key(row: Cells) -> tuple[str, str]:
    return row["customer_bin"], row["contract_number"]


def _name_others(session: Session) -> None:
    """Those who dig, crash or look at repairs have no contracts that would name them."""
    parties = (WATER, HEAT, CABLES, HAULIER, QUALITY_CENTRE)
    named = (Met(0, Named(party.bin, party.name, "liable_bin")) for party in parties)
    store_organisations(session, named, Ledger(_unheard))


def _unheard(_: Remark) -> None:
    """New organisations give no cause for remarks."""
