"""Two people who import at once: both succeed, nothing is lost and nothing is told twice."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.remarks import Remark, Totals
from roads.models import Carriageway, Contract, ContractSection, Organisation
from roads.usecases.contracts import ImportContracts, import_contracts
from roads.usecases.first_rows import FirstRows
from roads.usecases.liability import build
from tests.factories import lawful_bin, make_carriageway
from tests.imports import TODAY, as_rows, contract_row

LINES, CONTRACTS, CHUNK = 6, 48, 8


@pytest.fixture
def lines(database: Engine) -> Engine:
    with transaction(database) as session:
        for number in range(LINES):
            make_carriageway(session, source_id=f"line/{number}", length_m=2000)
    return database


def rows(prefix: str, *, backwards: bool) -> list[dict[str, str]]:
    """Contracts that all work on the same few carriageways, in one order or the other, of many organisations."""
    numbers = range(CONTRACTS)
    return [
        contract_row(
            contract_number=f"{prefix}-{n}",
            source_id=f"line/{n % LINES}",
            contractor_bin=lawful_bin(500 + n),
            accepted_on=f"2022-{n % 12 + 1:02}-15" if n % 12 > 3 else "",
        )
        for n in (reversed(numbers) if backwards else numbers)
    ]


def take(engine: Engine, cells: Sequence[Mapping[str, str]], start: Barrier) -> Totals:
    """Import in chunks, each in a transaction of its own."""
    listed, remarks = as_rows(cells), list[Remark]()
    totals = Totals()
    start.wait()
    with FirstRows() as first_rows:
        for at in range(0, len(listed), CHUNK):
            with transaction(engine) as session:
                command = ImportContracts(listed[at : at + CHUNK], first_rows)
                totals += import_contracts(session, OPERATOR, command, remarks.append, today=TODAY)
    return totals


def count(engine: Engine, table: type[Contract | ContractSection | Organisation]) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_two_imports_that_change_the_same_carriageways_both_succeed(lines: Engine) -> None:
    start = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(take, lines, rows("one", backwards=False), start)
        two = pool.submit(take, lines, rows("two", backwards=True), start)
        assert [one.result().imported, two.result().imported] == [CONTRACTS, CONTRACTS]
    assert count(lines, Contract) == count(lines, ContractSection) == 2 * CONTRACTS
    assert count(lines, Organisation) == CONTRACTS + 1


def test_one_file_imported_twice_at_once_goes_in_once(lines: Engine) -> None:
    start = Barrier(2)
    same = rows("same", backwards=False)
    with ThreadPoolExecutor(2) as pool:
        totals = [pool.submit(take, lines, same, start) for _ in range(2)]
        results = [one.result() for one in totals]
    assert [one.set_aside for one in results] == [0, 0]
    assert count(lines, Contract) == count(lines, ContractSection) == CONTRACTS


def answers(session: Session) -> list[tuple[str, ...]]:
    """Who answers where and when, whatever the numbers of the rows."""
    rows = session.execute(
        text(
            """
            SELECT carriageway_id::text, element, extent::text, period::text, kind, number
            FROM liability JOIN contract c ON c.id = contract_id ORDER BY 1, 2, 3, 4, 5, 6
            """
        )
    )
    return [tuple(row) for row in rows]


def test_two_imports_at_once_leave_what_building_everything_anew_gives(lines: Engine) -> None:
    start = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda prefix: take(lines, rows(prefix, backwards=prefix == "two"), start), ("one", "two")))
    with transaction(lines) as session:
        at_once = answers(session)
        build(session, list(session.scalars(select(Carriageway.id))))
        assert at_once == answers(session) != []
