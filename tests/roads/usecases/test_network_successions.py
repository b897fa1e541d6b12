"""What was recorded on a road outlives its redrawing: contracts, acceptances, events, carve-outs, and the answers."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.models import Carriageway, Contract
from roads.usecases import liability
from tests.factories import make_acceptance, make_carve_out, make_contract, make_event, make_rule, make_section
from tests.network import Feature, feature, take_network, the

LINE = ((0, 0), (1000, 0), (2000, 0))
ROAD = feature(*LINE, source_id="1", reference="A-3", significance="republican", kato="11")
DAY = date(2023, 1, 1)


def on(session: Session, source_id: str) -> Carriageway:
    """The carriageway in use with this id, as the table has it."""
    found = session.get(Carriageway, the(session, source_id).id)
    assert found
    return found


def under_contract(
    session: Session, from_m: float | None = None, to_m: float | None = None, *, source_id: str = "1"
) -> Contract:
    """A contract on a stretch of the road, accepted on 1 June 2022 for 36 months."""
    contract = make_contract(session)
    section = make_section(session, contract, on(session, source_id), from_m=from_m, to_m=to_m)
    make_acceptance(session, section)
    liability.refresh(session, contract_ids=[contract.id])
    return contract


def covered(session: Session, carriageway_id: int, on_day: date = DAY) -> list[tuple[int, int, str]]:
    """Who answers on a carriageway: from metre, to metre, kind."""
    rows = session.execute(
        text(
            "SELECT lower(extent) / 100.0 AS from_m, upper(extent) / 100.0 AS to_m, kind FROM liability "
            "WHERE carriageway_id = :id AND period @> CAST(:day AS date) ORDER BY extent"
        ),
        {"id": carriageway_id, "day": on_day},
    )
    return [(round(row.from_m), round(row.to_m), row.kind) for row in rows]


def sections(session: Session) -> list[tuple[str, int, int, bool]]:
    """Sections in force on carriageways in use: id, from metre, to metre, whether carried over."""
    rows = session.execute(
        text(
            "SELECT c.source_id, lower(s.extent) / 100.0 AS from_m, upper(s.extent) / 100.0 AS to_m, "
            "s.origin_id IS NOT NULL AS is_carried "
            "FROM contract_section s JOIN carriageway c ON c.id = s.carriageway_id "
            "WHERE c.retired_at IS NULL AND upper_inf(s.recorded) ORDER BY c.source_id, s.extent"
        )
    )
    return [(row.source_id, round(row.from_m), round(row.to_m), row.is_carried) for row in rows]


def redrawn(*vertices: tuple[float, float], source_id: str = "1") -> Feature:
    return feature(*vertices, **{**ROAD.facts, "source_id": source_id})


def test_a_section_of_the_whole_stays_one_of_the_whole(session: Session) -> None:
    take_network(session, ROAD)
    under_contract(session)
    take_network(session, redrawn((0, 3), (1000, 45), (2000, 3)))
    (section,) = sections(session)
    new = the(session, "1")
    assert section == ("1", 0, round(new.to_cm / 100), True)
    assert covered(session, new.id) == [(0, round(new.to_cm / 100), "warranty")]


def test_a_stretch_lies_where_it_lay_in_the_new_chainage(session: Session) -> None:
    take_network(session, ROAD)
    under_contract(session, 500, 1500)
    take_network(session, redrawn((-700, 0), *LINE))
    assert sections(session) == [("1", 1200, 2200, True)]
    assert covered(session, the(session, "1").id) == [(1200, 2200, "warranty")]


def test_a_road_drawn_from_its_other_end_keeps_its_sections_in_place(session: Session) -> None:
    take_network(session, ROAD)
    under_contract(session, 200, 500)
    take_network(session, redrawn(*LINE[::-1]))
    assert sections(session) == [("1", 1500, 1800, True)]


def test_a_road_that_is_cut_in_two_keeps_its_section_on_both(session: Session) -> None:
    take_network(session, ROAD)
    under_contract(session, 500, 1500)
    take_network(session, redrawn((0, 0), (1000, 0)), redrawn((1000, 0), (2000, 0), source_id="2"))
    assert sections(session) == [("1", 500, 1000, True), ("2", 1000, 1500, True)]


def test_two_roads_that_become_one_keep_both_sections(session: Session) -> None:
    take_network(session, redrawn((0, 0), (1000, 0)), redrawn((1000, 0), (2000, 0), source_id="2"))
    under_contract(session, 0, 400)
    under_contract(session, 1700, 2000, source_id="2")
    take_network(session, ROAD, retires=True)
    assert sections(session) == [("1", 0, 400, True), ("1", 1700, 2000, True)]


def test_sections_of_what_left_lie_on_what_is_drawn_there_now(session: Session) -> None:
    take_network(session, ROAD)
    under_contract(session, 500, 1500)
    take_network(
        session,
        redrawn((0, 0), (1200, 0), source_id="west"),
        redrawn((1200, 0), (2000, 0), source_id="east"),
        retires=True,
    )
    assert sections(session) == [("east", 1200, 1500, True), ("west", 500, 1200, True)]


def test_a_road_that_is_gone_takes_its_contract_along_into_history(session: Session) -> None:
    take_network(session, ROAD, redrawn((0, 500), (2000, 500), source_id="other"))
    old = on(session, "1").id
    under_contract(session)
    take_network(session, redrawn((0, 500), (2000, 500), source_id="other"), retires=True)
    assert sections(session) == []
    assert covered(session, old) == [(0, 2000, "warranty")]


def test_the_old_measurement_goes_on_answering_for_what_was_placed_on_it(session: Session) -> None:
    take_network(session, ROAD)
    old = on(session, "1").id
    under_contract(session, 500, 1500)
    before = covered(session, old)
    take_network(session, redrawn((0, 3), (1000, 45), (2000, 3)))
    assert covered(session, old) == before == [(500, 1500, "warranty")]


def test_chainage_that_shifts_upstream_carries_sections_along(session: Session) -> None:
    """The neighbour grew: the feature itself says what it said, its chainage is another."""
    neighbour = feature((-1000, 0), (0, 0), **{**ROAD.facts, "source_id": "0"})
    take_network(session, neighbour, ROAD)
    under_contract(session, 1500, 2500)
    longer = feature((-1000, 0), (-500, 400), (0, 0), **{**ROAD.facts, "source_id": "0"})
    outcome = take_network(session, longer, ROAD)
    assert outcome.counts == (1, 1, 0)
    assert outcome.notes == [(2, "chainage", "measured_anew")]
    assert sections(session) == [("1", 1781, 2781, True)]
    assert covered(session, the(session, "1").id) == [(1781, 2781, "warranty")]


def test_an_acceptance_covers_the_same_part_as_before(session: Session) -> None:
    take_network(session, ROAD)
    contract = make_contract(session)
    section = make_section(session, contract, on(session, "1"), from_m=500, to_m=1500)
    make_acceptance(session, section, from_m=500, to_m=900, act_number="7")
    liability.refresh(session, contract_ids=[contract.id])
    take_network(session, redrawn((-700, 0), *LINE))
    assert covered(session, the(session, "1").id) == [(1200, 1600, "warranty"), (1600, 2200, "works")]
    carried = session.execute(
        text(
            "SELECT a.act_number FROM acceptance a JOIN contract_section s ON s.id = a.section_id "
            "WHERE s.origin_id IS NOT NULL"
        )
    )
    assert carried.scalars().all() == ["7"]


def test_events_and_carve_outs_of_a_stretch_move_with_it(session: Session) -> None:
    take_network(session, ROAD)
    contract = under_contract(session)
    make_event(
        session,
        contract,
        kind="amendment",
        months=12,
        carriageway=on(session, "1"),
        from_m=0,
        to_m=600,
        from_on=date(2022, 6, 1),
    )
    make_carve_out(session, on(session, "1"), from_m=1000, to_m=1200, from_on=date(2022, 12, 1))
    liability.refresh(session, contract_ids=[contract.id], carriageway_ids=[on(session, "1").id])
    take_network(session, redrawn((-700, 0), *LINE))
    new = the(session, "1").id
    assert covered(session, new) == [
        (700, 1300, "warranty"),
        (1300, 1700, "warranty"),
        (1700, 1900, "carve_out"),
        (1900, 2700, "warranty"),
    ]
    assert covered(session, new, date(2024, 1, 1))[0] == (700, 1300, "expired")


def test_an_event_of_a_whole_carriageway_stays_one_of_all_its_metres(session: Session) -> None:
    take_network(session, ROAD)
    contract = under_contract(session)
    make_event(session, contract, kind="termination", carriageway=on(session, "1"))
    take_network(session, redrawn((0, 3), (1000, 45), (2000, 3)))
    extent = session.scalar(
        text("SELECT extent FROM contract_event WHERE carriageway_id = :id"), {"id": the(session, "1").id}
    )
    assert (extent.lower, extent.upper) == (0, the(session, "1").to_cm)


def test_a_second_redrawing_carries_over_what_the_first_did(session: Session) -> None:
    take_network(session, ROAD)
    under_contract(session, 500, 1500)
    take_network(session, redrawn((-700, 0), *LINE))
    take_network(session, redrawn((-900, 0), *LINE))
    assert sections(session) == [("1", 1400, 2400, True)]


def test_a_redrawing_without_contracts_keeps_the_mapping_all_the_same(session: Session) -> None:
    take_network(session, ROAD)
    take_network(session, redrawn((-700, 0), *LINE))
    (row,) = session.execute(text("SELECT old_extent, new_extent, is_reversed FROM carriageway_succession")).all()
    assert (row.old_extent.lower, row.old_extent.upper) == (0, 200_000)
    assert row.new_extent.upper - row.new_extent.lower == pytest.approx(200_000, abs=2)
    assert not row.is_reversed


def test_a_new_category_may_mean_another_term(session: Session) -> None:
    make_rule(session, months=24)
    make_rule(session, months=60, category="cat_1a")
    take_network(session, ROAD)
    contract = make_contract(session, stated_term_months=None)
    make_acceptance(session, make_section(session, contract, on(session, "1")))
    liability.refresh(session, contract_ids=[contract.id])
    assert covered(session, the(session, "1").id, date(2025, 1, 1))[0][2] == "expired"
    take_network(session, feature(*LINE, **{**ROAD.facts, "category": "cat_1a"}))
    assert covered(session, the(session, "1").id, date(2025, 1, 1))[0][2] == "warranty"
