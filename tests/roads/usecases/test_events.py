"""What happens after signing: acceptance by part, suspension, amendment, termination, carve-out."""

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from roads.models import Acceptance, Carriageway, CarveOut, ContractEvent, Organisation
from tests.factories import (
    extent,
    make_carriageway,
    make_road,
    make_succession,
)
from tests.imports import (
    OTHER,
    Outcome,
    carve_out_row,
    contract_row,
    event_row,
    take_contracts,
    take_events,
    versions,
)


@pytest.fixture
def contract(session: Session) -> None:
    """`2022-1` works on all 10 km of road `A-3`, the carriageway `line/1`; it is not accepted yet."""
    make_carriageway(session, make_road(session, reference="A-3"), source_id="line/1")
    assert take_contracts(session, contract_row()).counts == (1, 0, 0)


@pytest.fixture
def accepted(session: Session, contract: None) -> None:
    """The same, accepted as a whole on 1 June 2022 for 36 months."""
    assert take_contracts(session, contract_row(accepted_on="2022-06-01")).counts == (1, 0, 0)


def answers(session: Session) -> list[tuple[str, str, str]]:
    """Kind, stretch in metres and period of everything in the liability table."""
    rows = session.execute(
        text(
            """
            SELECT kind, (lower(extent) / 100) || '-' || (upper(extent) / 100), period::text
            FROM liability ORDER BY carriageway_id, lower(extent), lower(period)
            """
        )
    )
    return [(kind, stretch, period) for kind, stretch, period in rows]


def part(**cells: str) -> dict[str, str]:
    """An acceptance of kilometres 2 to 5 of `line/1`."""
    return event_row("acceptance", source_id="line/1", chainage_from="2000", chainage_to="5000") | cells


def current(session: Session) -> list[tuple[str, date, str | None]]:
    """Stretch in metres, day and act of every acceptance as known now."""
    rows = session.execute(
        text(
            """
            SELECT (lower(extent) / 100) || '-' || (upper(extent) / 100), accepted_on, act_number
            FROM acceptance WHERE upper_inf(recorded) ORDER BY section_id, extent
            """
        )
    )
    return [(stretch, on, act) for stretch, on, act in rows]


# --- acceptance


def test_a_part_is_accepted_and_the_rest_stays_under_way(session: Session, contract: None) -> None:
    assert take_events(session, part(document="12")).counts == (1, 0, 0)
    assert answers(session) == [
        ("works", "0-2000", "[2022-04-01,)"),
        ("works", "2000-5000", "[2022-04-01,2023-06-01)"),
        ("warranty", "2000-5000", "[2023-06-01,2026-06-02)"),
        ("expired", "2000-5000", "[2026-06-02,)"),
        ("works", "5000-10000", "[2022-04-01,)"),
    ]
    assert current(session) == [("2000-5000", date(2023, 6, 1), "12")]


def test_without_a_place_the_only_section_is_accepted_whole(session: Session, contract: None) -> None:
    assert take_events(session, event_row("acceptance")).counts == (1, 0, 0)
    assert current(session) == [("0-10000", date(2023, 6, 1), None)]


def test_of_several_sections_it_must_be_said_which(session: Session, contract: None) -> None:
    make_carriageway(session, source_id="line/2")
    take_contracts(session, contract_row(source_id="line/2"))
    assert take_events(session, event_row("acceptance")).refusals == [(2, "source_id", "which_section")]
    assert take_events(session, event_row("acceptance", source_id="line/2")).counts == (1, 0, 0)


def test_one_stretch_over_several_carriageways_is_one_section_to_people(session: Session) -> None:
    road = make_road(session, reference="A-3")
    first = make_carriageway(session, road, length_m=3000)
    make_carriageway(session, road, from_m=3000, length_m=5000, chain_id=first.chain_id)
    take_contracts(session, contract_row(source_id="", road_reference="A-3"))
    assert take_events(session, event_row("acceptance")).counts == (1, 0, 0)
    assert [stretch for stretch, _, _ in current(session)] == ["0-3000", "3000-8000"]


def test_an_acceptance_may_cross_from_one_carriageway_to_the_next(session: Session) -> None:
    road = make_road(session, reference="A-3")
    first = make_carriageway(session, road, length_m=3000)
    make_carriageway(session, road, from_m=3000, length_m=5000, chain_id=first.chain_id)
    take_contracts(session, contract_row(source_id="", road_reference="A-3"))
    row = event_row("acceptance", road_reference="A-3", chainage_from="2000", chainage_to="4000")
    assert take_events(session, row).counts == (1, 0, 0)
    assert [stretch for stretch, _, _ in current(session)] == ["2000-3000", "3000-4000"]


@pytest.mark.parametrize(("start", "end"), [("4000", "7000"), ("0", "2000"), ("0", "9000")])
def test_an_acceptance_outside_the_section_is_set_aside(session: Session, contract: None, start: str, end: str) -> None:
    take_contracts(session, contract_row(contract_number="2", chainage_from="2000", chainage_to="6000"))
    row = part(contract_number="2", chainage_from=start, chainage_to=end)
    outcome = take_events(session, row)
    assert outcome.refusals == [(2, "chainage_from", "outside_section")]
    assert outcome.remarks[0].params == {"sections": "2+000 - 6+000"}


def test_an_end_within_a_metre_of_the_sections_is_the_sections(session: Session, contract: None) -> None:
    take_contracts(session, contract_row(contract_number="2", chainage_from="2000", chainage_to="6000"))
    row = part(contract_number="2", chainage_from="1999.5", chainage_to="6000.9")
    assert take_events(session, row).counts == (1, 0, 0)
    assert current(session)[0][0] == "2000-6000"


def test_a_whole_carriageway_means_what_the_contract_has_of_it(session: Session, contract: None) -> None:
    take_contracts(session, contract_row(contract_number="2", chainage_from="2000", chainage_to="6000"))
    assert take_events(session, event_row("acceptance", contract_number="2", source_id="line/1")).counts == (1, 0, 0)
    assert current(session)[0][0] == "2000-6000"


def test_an_element_may_be_accepted_before_the_others(session: Session, contract: None) -> None:
    take_contracts(session, contract_row(contract_number="2", elements="pavement|marking"))
    row = event_row("acceptance", contract_number="2", elements="marking")
    assert take_events(session, row).counts == (1, 0, 0)
    assert session.scalars(select(Acceptance)).one().elements == ["marking"]


def test_an_element_the_contract_does_not_cover_is_set_aside(session: Session, contract: None) -> None:
    outcome = take_events(session, event_row("acceptance", elements="base"))
    assert outcome.refusals == [(2, "elements", "elements_outside_section")]
    assert outcome.remarks[0].params == {"elements": "pavement"}


def test_a_section_on_a_retired_carriageway_may_still_be_accepted(session: Session, contract: None) -> None:
    session.execute(text("UPDATE carriageway SET retired_at = now()"))
    assert take_events(session, event_row("acceptance")).counts == (1, 0, 0)


def test_the_same_part_on_another_day_is_a_dated_correction(session: Session, contract: None) -> None:
    take_events(session, part(document="12"))
    assert take_events(session, part(from_on="2023-07-01")).counts == (1, 0, 0)
    assert current(session) == [("2000-5000", date(2023, 7, 1), "12")]
    assert session.scalar(select(func.count()).select_from(Acceptance)) == 2


def test_another_part_that_overlaps_is_set_aside(session: Session, contract: None) -> None:
    take_events(session, part())
    outcome = take_events(session, part(chainage_to="6000", from_on="2023-07-01"))
    assert outcome.refusals == [(2, "from_on", "accepted_otherwise")]
    assert current(session) == [("2000-5000", date(2023, 6, 1), None)]


def test_a_part_of_what_was_accepted_that_day_is_known(session: Session, contract: None) -> None:
    take_events(session, part())
    assert take_events(session, part(chainage_from="3000", chainage_to="4000")).counts == (0, 1, 0)


@pytest.mark.parametrize("chunk", [1, 10])
def test_two_parts_of_one_file_may_not_contradict_each_other(session: Session, contract: None, chunk: int) -> None:
    again = part(from_on="2023-07-01")
    overlapping = part(chainage_from="4000", chainage_to="6000", from_on="2023-07-01")
    outcome = take_events(session, part(), again, overlapping, chunk=chunk)
    assert outcome.refusals == [(3, "kind", "event_differs_in_file"), (4, "from_on", "accepted_otherwise")]
    assert outcome.counts == (1, 0, 2)


def test_after_parts_came_by_events_the_contracts_file_still_changes_nothing(session: Session, contract: None) -> None:
    take_events(session, part())
    before = versions(session)
    assert take_contracts(session, contract_row()).counts == (0, 1, 0)
    assert versions(session) == before


def test_a_contracts_file_does_not_accept_the_whole_of_what_was_accepted_in_part(
    session: Session, contract: None
) -> None:
    take_events(session, part())
    outcome = take_contracts(session, contract_row(accepted_on="2023-09-01"))
    assert outcome.refusals == [(2, "accepted_on", "accepted_otherwise")]


# --- suspension, amendment, termination


def test_a_suspension_moves_the_end_by_its_days(session: Session, accepted: None) -> None:
    assert take_events(session, event_row("suspension", to_on="2023-06-10")).counts == (1, 0, 0)
    assert ("warranty", "0-10000", "[2022-06-01,2025-06-12)") in answers(session)


def test_a_suspension_of_a_stretch_moves_the_end_there_only(session: Session, accepted: None) -> None:
    row = event_row("suspension", to_on="2023-06-10", road_reference="A-3", chainage_from="1+000", chainage_to="2+000")
    assert take_events(session, row).counts == (1, 0, 0)
    ends = [(stretch, period) for kind, stretch, period in answers(session) if kind == "warranty"]
    assert ends == [
        ("0-1000", "[2022-06-01,2025-06-02)"),
        ("1000-2000", "[2022-06-01,2025-06-12)"),
        ("2000-10000", "[2022-06-01,2025-06-02)"),
    ]


def test_an_amendment_works_from_its_date(session: Session, accepted: None) -> None:
    assert take_events(session, event_row("amendment", months="48")).counts == (1, 0, 0)
    ends = [period for kind, _, period in answers(session) if kind == "warranty"]
    assert ends == ["[2022-06-01,2023-06-01)", "[2023-06-01,2026-06-02)"]


def test_works_end_at_termination(session: Session, contract: None) -> None:
    assert take_events(session, event_row("termination")).counts == (1, 0, 0)
    assert answers(session) == [("works", "0-10000", "[2022-04-01,2023-06-01)")]


def test_a_later_file_corrects_an_event_by_date(session: Session, accepted: None) -> None:
    take_events(session, event_row("suspension", to_on="2023-06-10", document="Order 5"))
    assert take_events(session, event_row("suspension", to_on="2023-06-05")).counts == (1, 0, 0)
    now = session.scalars(select(ContractEvent).where(func.upper_inf(ContractEvent.recorded))).one()
    assert (now.to_on, now.document) == (date(2023, 6, 5), "Order 5")
    assert ("warranty", "0-10000", "[2022-06-01,2025-06-07)") in answers(session)


@pytest.mark.parametrize("chunk", [1, 10])
def test_in_one_file_the_first_row_of_an_event_wins(session: Session, accepted: None, chunk: int) -> None:
    outcome = take_events(
        session, event_row("amendment", months="48"), event_row("amendment", months="60"), chunk=chunk
    )
    assert (outcome.counts, outcome.refusals) == ((1, 0, 1), [(3, "kind", "event_differs_in_file")])


def test_an_event_where_the_contract_does_not_work_is_set_aside(session: Session, accepted: None) -> None:
    make_carriageway(session, source_id="line/2")
    outcome = take_events(session, event_row("termination", source_id="line/2"))
    assert outcome.refusals == [(2, "chainage_from", "outside_contract")]


# --- carve-out


def test_a_carve_out_excludes_its_stretch(session: Session, accepted: None) -> None:
    outcome = take_events(session, carve_out_row(to_on="2023-08-31", document="Permit 3"))
    assert outcome.counts == (1, 0, 0)
    assert outcome.notes == [(2, "liable_bin", "organisation_without_name")]
    assert ("carve_out", "2000-3000", "[2023-06-01,2023-09-01)") in answers(session)
    assert session.scalars(select(Organisation.name).where(Organisation.bin == OTHER)).all() == [OTHER]


def test_a_carve_out_may_be_open_and_ended_later(session: Session, accepted: None) -> None:
    take_events(session, carve_out_row())
    assert ("carve_out", "2000-3000", "[2023-06-01,)") in answers(session)
    assert take_events(session, carve_out_row(to_on="2023-08-31")).counts == (1, 0, 0)
    assert ("carve_out", "2000-3000", "[2023-06-01,2023-09-01)") in answers(session)
    assert session.scalar(select(func.count()).select_from(CarveOut)) == 2


def test_a_carve_out_needs_no_contract_and_is_of_the_pavement(session: Session) -> None:
    make_carriageway(session, source_id="line/1")
    assert take_events(session, carve_out_row()).counts == (1, 0, 0)
    assert session.scalars(select(CarveOut)).one().elements == ["pavement"]
    assert answers(session) == [("carve_out", "2000-3000", "[2023-06-01,)")]


# --- the same again

ALL = [
    part(),
    event_row("suspension", to_on="2023-06-10", note="flood"),
    event_row("amendment", months="48", document="Addendum 1"),
    event_row("termination", from_on="2024-01-01"),
    carve_out_row(),
]


@pytest.mark.parametrize("chunk", [1, 10])
def test_the_same_file_again_writes_nothing(session: Session, contract: None, chunk: int) -> None:
    assert take_events(session, *ALL, chunk=chunk).counts == (5, 0, 0)
    before = versions(session)
    assert take_events(session, *ALL, chunk=chunk).counts == (0, 5, 0)
    assert versions(session) == before


def test_the_same_row_twice_is_one_event(session: Session, contract: None) -> None:
    assert take_events(session, *ALL, *ALL).counts == (5, 5, 0)


# --- bad input

BAD = [
    (event_row("party"), "kind", "unknown_code"),
    (event_row(""), "kind", "cell_missing"),
    (event_row("termination", from_on=""), "from_on", "cell_missing"),
    (event_row("termination", from_on="yesterday"), "from_on", "not_a_date"),
    (event_row("termination", from_on="2205-01-01"), "from_on", "date_too_late"),
    (event_row("termination", from_on="2022-03-31"), "from_on", "before_signing"),
    (event_row("termination", contract_number="none"), "contract_number", "unknown_contract"),
    (event_row("termination", contract_number=""), "contract_number", "cell_missing"),
    (event_row("termination", customer_bin=OTHER), "contract_number", "unknown_contract"),
    (event_row("termination", customer_bin="x"), "customer_bin", "bin_has_letters"),
    (event_row("acceptance", from_on="2026-06-02"), "from_on", "date_in_future"),
    (event_row("acceptance", from_on="2022-03-31"), "from_on", "before_signing"),
    (event_row("suspension"), "to_on", "cell_missing"),
    (event_row("suspension", to_on="2023-05-31"), "to_on", "ends_before_it_begins"),
    (event_row("amendment"), "months", "cell_missing"),
    (event_row("amendment", months="0"), "months", "out_of_bounds"),
    (event_row("amendment", months="nan"), "months", "not_a_number"),
    (event_row("amendment", months="48", elements="roof"), "elements", "unknown_code"),
    (event_row("amendment", months="48", elements="base"), "elements", "elements_outside_section"),
    (part(source_id="nowhere"), "source_id", "unknown_source_id"),
    (part(road_reference="A-3"), "road_reference", "place_twice"),
    (part(source_id=""), "source_id", "place_missing"),
    (part(chainage_from="5000", chainage_to="2000"), "chainage_to", "end_not_after_start"),
    (part(chainage_to="12000"), "chainage_to", "chainage_beyond_road"),
    (carve_out_row(liable_bin=""), "liable_bin", "cell_missing"),
    (carve_out_row(liable_bin="123456789012"), "liable_bin", "bin_check_digit"),
    (carve_out_row(source_id="", chainage_from="", chainage_to=""), "source_id", "place_missing"),
    (carve_out_row(to_on="2023-05-31"), "to_on", "ends_before_it_begins"),
]


@pytest.mark.parametrize(("row", "field", "code"), BAD)
def test_a_bad_row_is_set_aside_and_the_rest_goes_in(
    session: Session, contract: None, row: dict[str, str], field: str, code: str
) -> None:
    outcome = take_events(session, row, event_row("termination"))
    assert (outcome.refusals, outcome.counts) == ([(2, field, code)], (1, 0, 1))


def test_a_cell_that_means_nothing_for_the_kind_is_left_out_and_said(session: Session, contract: None) -> None:
    outcome = take_events(session, event_row("termination", to_on="2023-07-01"))
    assert (outcome.counts, outcome.notes) == ((1, 0, 0), [(2, "to_on", "means_nothing_here")])
    assert session.scalars(select(ContractEvent)).one().to_on is None


# --- roads measured anew


def measured_anew(session: Session) -> Outcome:
    """`line/1` is redrawn 100 m longer at its start; the section was carried over. Then a part is accepted."""
    road = make_road(session, reference="A-3")
    old = make_carriageway(session, road, source_id="line/1", length_m=10_000, is_retired=True)
    new = make_carriageway(session, road, source_id="line/1", length_m=10_100)
    make_succession(session, old, new, old_m=(0, 10_000), new_m=(100, 10_100))
    take_contracts(session, contract_row(source_id="line/1", chainage_from="2100", chainage_to="6100"))
    return take_events(session, part(chainage_from="3000", chainage_to="5000"))


def test_an_acceptance_holds_on_the_measurement_that_was_replaced(session: Session) -> None:
    assert measured_anew(session).counts == (1, 0, 0)
    on_old = [(kind, stretch) for kind, stretch, _ in answers(session) if kind == "warranty"]
    assert on_old == [("warranty", "2900-4900"), ("warranty", "3000-5000")]


def test_a_new_contract_works_on_the_measurement_that_was_replaced_too(session: Session) -> None:
    measured_anew(session)
    stretches = session.execute(text("SELECT extent::text, origin_id IS NULL FROM contract_section ORDER BY id"))
    assert [tuple(row) for row in stretches] == [("[210000,610000)", True), ("[200000,600000)", False)]


def test_events_and_carve_outs_hold_on_the_measurement_that_was_replaced(session: Session) -> None:
    measured_anew(session)
    stretch = {"source_id": "line/1", "chainage_from": "3100", "chainage_to": "3200"}
    rows = [event_row("amendment", months="60", **stretch), carve_out_row(**stretch)]
    assert take_events(session, *rows).counts == (2, 0, 0)
    events = session.scalars(select(ContractEvent.extent).order_by(ContractEvent.id))
    carved = session.scalars(select(CarveOut.extent).order_by(CarveOut.id))
    assert events.all() == carved.all() == [extent(3100, 3200), extent(3000, 3100)]


SUSPENDED = event_row("suspension", to_on="2023-06-10", source_id="line/1", chainage_from="3000", chainage_to="4000")


def test_after_a_new_measurement_the_same_files_change_nothing(session: Session) -> None:
    road = make_road(session, reference="A-3")
    old = make_carriageway(session, road, source_id="line/1", length_m=10_000)
    contract = contract_row(chainage_from="2000", chainage_to="6000")
    take_contracts(session, contract)
    take_events(session, part(), SUSPENDED, carve_out_row())
    measure_anew(session, old)
    before = versions(session)
    assert take_contracts(session, contract).counts == (0, 1, 0)
    assert take_events(session, part(), SUSPENDED, carve_out_row()).counts == (0, 3, 0)
    assert versions(session) == before


def test_a_correction_in_old_chainages_reaches_the_new_measurement(session: Session) -> None:
    road = make_road(session, reference="A-3")
    old = make_carriageway(session, road, source_id="line/1", length_m=10_000)
    take_contracts(session, contract_row(chainage_from="2000", chainage_to="6000"))
    take_events(session, part())
    measure_anew(session, old)
    assert take_events(session, part(from_on="2023-07-01")).counts == (1, 0, 0)
    assert current(session) == [("2000-5000", date(2023, 7, 1), None), ("2100-5100", date(2023, 7, 1), None)]


def test_a_section_in_old_chainages_is_accepted_on_both_measurements(session: Session) -> None:
    road = make_road(session, reference="A-3")
    old = make_carriageway(session, road, source_id="line/1", length_m=10_000)
    take_contracts(session, contract_row(chainage_from="2000", chainage_to="6000"))
    measure_anew(session, old)
    row = contract_row(chainage_from="2000", chainage_to="6000", accepted_on="2022-06-01")
    assert take_contracts(session, row).counts == (1, 0, 0)
    assert current(session) == [("2000-6000", date(2022, 6, 1), None), ("2100-6100", date(2022, 6, 1), None)]


CARRY_OVER = """
INSERT INTO carriageway_succession (old_id, new_id, old_extent, new_extent)
VALUES (:old, :new, '[0,1000000)', '[10000,1010000)');
INSERT INTO contract_section (contract_id, carriageway_id, extent, elements, origin_id)
SELECT contract_id, :new, int4range(lower(extent) + 10000, upper(extent) + 10000), elements, id FROM contract_section;
INSERT INTO acceptance (section_id, extent, elements, accepted_on)
SELECT n.id, int4range(lower(a.extent) + 10000, upper(a.extent) + 10000), a.elements, accepted_on
FROM acceptance a JOIN contract_section n ON n.origin_id = a.section_id;
INSERT INTO contract_event (contract_id, kind, carriageway_id, extent, elements, from_on, to_on)
SELECT contract_id, kind, :new, int4range(lower(extent) + 10000, upper(extent) + 10000), elements, from_on, to_on
FROM contract_event;
INSERT INTO carve_out (carriageway_id, extent, elements, period, liable_id)
SELECT :new, int4range(lower(extent) + 10000, upper(extent) + 10000), elements, period, liable_id FROM carve_out
"""


def measure_anew(session: Session, old: Carriageway) -> None:
    """What a new edition of the network does: the line retires, its causes are copied 100 m further on."""
    session.execute(text("UPDATE carriageway SET retired_at = now() WHERE id = :old"), {"old": old.id})
    new = make_carriageway(session, source_id=old.source_id, length_m=10_100)
    session.execute(
        text("UPDATE carriageway SET road_id = :road WHERE id = :new"), {"road": old.road_id, "new": new.id}
    )
    for statement in CARRY_OVER.split(";"):
        session.execute(text(statement), {"old": old.id, "new": new.id})
