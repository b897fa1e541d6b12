"""Things whose pages are asked for at the same time are asked about together, and each page gets its own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from api.editions import Editions
from api.kept_facts import THINGS_AT_ONCE, KeptFacts
from api.public_pool import public_pool
from roads.db import transaction
from roads.models import Contract, Organisation
from roads.queries.pages import Wanted, facts_of_contracts
from roads.queries.passports import facts_of_contractors, networks_of_regions
from roads.sql import statement_of_each
from roads.usecases.status import mark_off_network
from tests.factories import make_contract, make_organisation

WANTED = Wanted(date(2026, 11, 1), {})
NOBODY = 999_999

Scene = Callable[[KeptFacts], Awaitable[None]]


@pytest.fixture
def contracts(database: Engine) -> list[int]:
    """One more than are asked about together."""
    with transaction(database) as session:
        return [make_contract(session, number=f"2024-{n}").id for n in range(THINGS_AT_ONCE + 1)]


@pytest.fixture
def play(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scene], None]:
    """Plays a scene with what one process keeps, the version of the facts known already."""
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 3600.0)

    async def played(scene: Scene) -> None:
        async with public_pool(database_url) as pool:
            known = Editions(pool)
            await known.version()
            await scene(KeptFacts(pool, known))

    return lambda scene: asyncio.run(asyncio.wait_for(played(scene), 30))


def journeys(asked: list[object]) -> int:
    """How often contracts were asked about; a connection that is made meanwhile has something to say of its own."""
    figures, _ = statement_of_each("public_contract_figures", ("id",), "integer[]")
    return asked.count(figures)


def test_as_many_as_go_together_are_one_journey(
    contracts: list[int], play: Callable[[Scene], None], asked: list[object]
) -> None:
    async def scene(kept: KeptFacts) -> None:
        asked.clear()
        few = contracts[:THINGS_AT_ONCE]
        found = await asyncio.gather(*(kept.of(facts_of_contracts, one, WANTED) for one in few))
        assert [one and one.contract.id for one in found] == few
        assert journeys(asked) == 1
        await asyncio.gather(*(kept.of(facts_of_contracts, one, WANTED) for one in few))
        assert journeys(asked) == 1
        await asyncio.gather(
            *(kept.of(facts_of_contracts, one, Wanted(WANTED.today, {"claims": 2})) for one in contracts)
        )
        assert journeys(asked) == 3

    play(scene)


def test_each_gets_the_part_that_it_wants_and_none_where_there_is_nothing(
    contracts: list[int], play: Callable[[Scene], None]
) -> None:
    async def scene(kept: KeptFacts) -> None:
        first, second = WANTED, Wanted(WANTED.today, {"timeline": 2})
        wanted = [(contracts[0], first), (contracts[0], second), (NOBODY, first), (contracts[1], first)]
        found = await asyncio.gather(*(kept.of(facts_of_contracts, one, parts) for one, parts in wanted))
        assert found[2] is None
        told = [one.timeline for one in found if one]
        assert [(one.number, [row.contract for row in one.rows]) for one in told] == [
            (1, ["2024-0"]), (2, []), (1, ["2024-1"]),
        ]  # fmt: skip

    play(scene)


def test_nobody_gets_the_scorecard_of_another(
    database: Engine, contracts: list[int], play: Callable[[Scene], None]
) -> None:
    with transaction(database) as session:
        theirs = [session.get_one(Contract, one).contractor_id for one in contracts[:2]]
        bins = [session.get_one(Organisation, one).bin for one in theirs]
    nobody = "000000000000"

    async def scene(kept: KeptFacts) -> None:
        asked = [nobody, *bins, "1"]
        found = await asyncio.gather(*(kept.of(facts_of_contractors, one, WANTED) for one in asked))
        assert [one and one.contractor.bin for one in found] == [None, *bins, None]
        assert await kept.of(facts_of_contractors, nobody, WANTED) is None

    play(scene)


def test_what_changes_with_an_edition_alone_is_counted_once_for_it(
    database: Engine, play: Callable[[Scene], None], asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses, _ = statement_of_each("public_region_statuses", ("id",), "text[]")
    mark = "INSERT INTO status_mark (carriageway_id, extent) VALUES (0, '[0,1)')"
    edition = "INSERT INTO map_edition (number, made_on) VALUES (1, '2026-11-01')"

    async def scene(kept: KeptFacts) -> None:
        monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)
        counted = []
        for happens in (mark, mark, edition, mark):
            with transaction(database, role=None) as session:
                session.execute(text(happens))
            assert await kept.of_edition(networks_of_regions, "75", WANTED) is not None
            counted.append(asked.count(statuses))
        assert counted == [1, 1, 2, 2]

    play(scene)


def test_a_contractor_whose_first_contract_is_new_is_listed_before_its_exposure_is_counted(
    client: TestClient, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)
    names = ["First Roads LLP", "Second Roads LLP"]
    listed = []
    for name in names:
        with transaction(database) as session:
            contractor = make_organisation(session, name=name)
            make_contract(session, contractor=contractor)
            mark_off_network(session)
        page = client.get("/en/contractors").text
        listed.append([one in page for one in names])
        assert client.get(f"/en/contractors/{contractor.bin}").status_code == 200
    assert listed == [[True, False], [True, True]]
