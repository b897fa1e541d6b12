"""Contracts come in by file: first row wins in a file, a later file corrects by date, nothing is lost."""

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from roads.domain.actors import Actor
from roads.domain.errors import NotAllowed
from roads.models import Acceptance, Contract, ContractSection, Organisation, Warranty
from roads.usecases.contracts import ImportContracts, import_contracts
from roads.usecases.first_rows import FirstRows
from tests.factories import lawful_bin, make_carriageway, make_road, make_rule
from tests.imports import (
    CONTRACTOR,
    CUSTOMER,
    OTHER,
    SUPERVISOR,
    TODAY,
    Outcome,
    contract_row,
    take_contracts,
    versions,
)


@pytest.fixture
def line(session: Session) -> int:
    """A road `A-3` of 10 km, the carriageway `line/1`."""
    return make_carriageway(session, make_road(session, reference="A-3"), source_id="line/1").id


def current(session: Session) -> list[tuple[date, str | None]]:
    """Accepted when, and by which act, as known now."""
    rows = session.execute(
        select(Acceptance.accepted_on, Acceptance.act_number)
        .where(func.upper_inf(Acceptance.recorded))
        .order_by(Acceptance.accepted_on)
    )
    return [(on, act) for on, act in rows]


def answers(session: Session) -> list[tuple[str, str, str]]:
    """Kind, stretch and period of everything in the liability table."""
    rows = session.execute(
        text("SELECT kind, extent::text, period::text FROM liability ORDER BY lower(extent), period")
    )
    return [(kind, stretch, period) for kind, stretch, period in rows]


# --- what goes in


def test_an_accepted_section_is_under_warranty(session: Session, line: int) -> None:
    outcome = take_contracts(session, contract_row(accepted_on="2022-09-14", act_number="7"))
    assert outcome.counts == (1, 0, 0)
    assert answers(session) == [
        ("works", "[0,1000000)", "[2022-04-01,2022-09-14)"),
        ("warranty", "[0,1000000)", "[2022-09-14,2025-09-15)"),
        ("expired", "[0,1000000)", "[2025-09-15,)"),
    ]
    assert current(session) == [(date(2022, 9, 14), "7")]


def test_a_section_not_accepted_yet_is_under_way(session: Session, line: int) -> None:
    take_contracts(session, contract_row())
    assert answers(session) == [("works", "[0,1000000)", "[2022-04-01,)")]


def test_everything_a_row_says_is_kept(session: Session, line: int) -> None:
    row = contract_row(
        supervisor="Supervision", supervisor_bin=SUPERVISOR, value_tenge="1 250 000 000.5", kato="750000000"
    )
    assert take_contracts(session, row).counts == (1, 0, 0)
    contract = session.scalars(select(Contract)).one()
    named = {o.id: (o.bin, o.name) for o in session.scalars(select(Organisation))}
    assert named[contract.customer_id] == (CUSTOMER, "Customer")
    assert named[contract.contractor_id] == (CONTRACTOR, "Contractor")
    assert named[contract.supervisor_id or 0] == (SUPERVISOR, "Supervision")
    assert str(contract.value_tenge) == "1250000000.50"
    assert (contract.number, contract.kato, contract.stated_term_months) == ("2022-1", "750000000", 36)


def test_a_stretch_by_road_and_chainage(session: Session, line: int) -> None:
    row = contract_row(source_id="", road_reference="а 3", chainage_from="2+000", chainage_to="км 4,500")
    assert take_contracts(session, row).counts == (1, 0, 0)
    assert answers(session) == [("works", "[200000,450000)", "[2022-04-01,)")]


def test_a_former_reference_counts_while_it_was_the_roads(session: Session) -> None:
    road = make_road(session, reference="KAZ01", aliases=["M-36"])
    make_carriageway(session, road)
    session.execute(text("UPDATE road_alias SET valid = '(,2025-01-01)'"))
    old = contract_row(source_id="", road_reference="М-36", signed_on="2024-12-31")
    late = contract_row(source_id="", road_reference="М-36", signed_on="2025-01-01", contract_number="2")
    outcome = take_contracts(session, old, late)
    assert outcome.counts == (1, 0, 1)
    assert outcome.refusals == [(3, "road_reference", "unknown_road")]


def test_one_row_over_a_chain_becomes_a_section_on_each_carriageway(session: Session) -> None:
    road = make_road(session, reference="A-3")
    first = make_carriageway(session, road, length_m=3000)
    make_carriageway(session, road, from_m=3000, length_m=5000, chain_id=first.chain_id)
    row = contract_row(
        source_id="", road_reference="A-3", chainage_from="2000", chainage_to="4000", accepted_on="2023-01-01"
    )
    assert take_contracts(session, row).counts == (1, 0, 0)
    extents = session.scalars(text("SELECT extent::text FROM contract_section ORDER BY id"))
    assert list(extents) == ["[200000,300000)", "[300000,400000)"]
    assert len(current(session)) == 2


def test_a_retired_carriageway_is_not_worked_on(session: Session) -> None:
    make_carriageway(session, source_id="line/1", is_retired=True)
    assert take_contracts(session, contract_row()).refusals == [(2, "source_id", "unknown_source_id")]


def test_a_multiline_without_chainages_is_all_of_its_parts(session: Session) -> None:
    for part in ("area#1", "area#2", "area#10", "arena"):
        make_carriageway(session, source_id=part)
    assert take_contracts(session, contract_row(source_id="area")).counts == (1, 0, 0)
    assert session.scalar(select(func.count()).select_from(ContractSection)) == 3


def test_elements_are_kept_in_one_order(session: Session, line: int) -> None:
    outcome = take_contracts(
        session, contract_row(elements="base|pavement"), contract_row(elements=" pavement | base |pavement")
    )
    assert outcome.counts == (1, 1, 0)
    assert session.scalars(select(ContractSection)).one().elements == ["pavement", "base"]


def test_the_total_value_is_the_contracts_and_never_summed(session: Session, line: int) -> None:
    make_carriageway(session, source_id="line/2")
    take_contracts(session, contract_row(value_tenge="100"), contract_row(value_tenge="100", source_id="line/2"))
    assert [str(value) for value in session.scalars(select(Contract.value_tenge))] == ["100.00"]


def test_a_lost_leading_zero_of_a_bin_is_restored_and_said(session: Session, line: int) -> None:
    zero = next(number for number in (f"0{lawful_bin(n)[1:11]}" for n in range(50)) if _with_check(number))
    full = _with_check(zero)
    outcome = take_contracts(session, contract_row(contractor_bin=full.lstrip("0")))
    assert outcome.counts == (1, 0, 0)
    assert outcome.notes == [(2, "contractor_bin", "bin_zeros_restored")]
    assert full in session.scalars(select(Organisation.bin)).all()


def _with_check(root: str) -> str:
    from roads.domain.fields import FieldError, check_bin

    for digit in range(10):
        try:
            return check_bin(f"{root}{digit}")[0]
        except FieldError:
            continue
    return ""


# --- the same again


def test_the_same_file_again_writes_nothing(session: Session, line: int) -> None:
    make_carriageway(session, source_id="line/2")
    rows = [contract_row(accepted_on="2022-09-14"), contract_row(source_id="line/2")]
    take_contracts(session, *rows)
    before = versions(session)
    assert take_contracts(session, *rows).counts == (0, 2, 0)
    assert versions(session) == before


def test_chunks_do_not_change_the_outcome(session: Session, line: int) -> None:
    for number in range(2, 6):
        make_carriageway(session, source_id=f"line/{number}")
    rows = [contract_row(source_id=f"line/{number}") for number in range(1, 6)]
    rows[3] |= {"stated_term_months": "48"}
    outcome = take_contracts(session, *rows, chunk=2)
    assert outcome.counts == (4, 0, 1)
    assert outcome.refusals == [(5, "stated_term_months", "contract_differs_in_file")]
    assert session.scalars(select(Contract.stated_term_months)).all() == [36]


@pytest.mark.parametrize("chunk", [1, 10])
def test_facts_repeated_on_rows_of_a_contract_must_agree(session: Session, line: int, chunk: int) -> None:
    make_carriageway(session, source_id="line/2")
    outcome = take_contracts(
        session, contract_row(), contract_row(source_id="line/2", contractor_bin=OTHER, contractor=""), chunk=chunk
    )
    assert outcome.counts == (1, 0, 1)
    assert outcome.refusals == [(3, "contractor_bin", "contract_differs_in_file")]
    assert outcome.remarks[-1].params == {"first_row": 2, "known": CONTRACTOR}


@pytest.mark.parametrize("chunk", [1, 10])
@pytest.mark.parametrize("update", [False, True])
def test_a_section_said_twice_in_a_file_is_what_its_first_row_says(
    session: Session, line: int, chunk: int, update: bool
) -> None:
    first, second = contract_row(accepted_on="2022-09-14"), contract_row(accepted_on="2022-10-01")
    outcome = take_contracts(session, first, second, chunk=chunk, update=update)
    assert outcome.counts == (1, 0, 1)
    assert outcome.refusals == [(3, "accepted_on", "section_differs_in_file")]
    assert current(session) == [(date(2022, 9, 14), None)]


def test_a_row_set_aside_does_not_speak_for_its_contract(session: Session, line: int) -> None:
    wrong = contract_row(source_id="nowhere", stated_term_months="12")
    outcome = take_contracts(session, wrong, contract_row())
    assert outcome.counts == (1, 0, 1)
    assert session.scalars(select(Contract.stated_term_months)).all() == [36]


def test_two_customers_may_use_one_number(session: Session, line: int) -> None:
    make_carriageway(session, source_id="line/2")
    outcome = take_contracts(session, contract_row(), contract_row(customer_bin=OTHER, source_id="line/2"))
    assert outcome.counts == (2, 0, 0)


def test_numbers_are_compared_as_written(session: Session, line: int) -> None:
    outcome = take_contracts(session, contract_row(contract_number="A-1"), contract_row(contract_number="А-1"))
    assert outcome.counts == (2, 0, 0)
    assert session.scalar(select(func.count()).select_from(Contract)) == 2


# --- a later file


def test_an_acceptance_filled_later_is_taken(session: Session, line: int) -> None:
    take_contracts(session, contract_row())
    outcome = take_contracts(session, contract_row(accepted_on="2022-09-14", act_number="7"))
    assert outcome.counts == (1, 0, 0)
    assert current(session) == [(date(2022, 9, 14), "7")]


def test_a_changed_acceptance_is_a_dated_correction(session: Session, line: int) -> None:
    take_contracts(session, contract_row(accepted_on="2022-09-14", act_number="7"))
    outcome = take_contracts(session, contract_row(accepted_on="2022-10-01"))
    assert outcome.counts == (1, 0, 0)
    assert current(session) == [(date(2022, 10, 1), "7")]
    known_then = session.scalars(select(Acceptance.accepted_on).where(~func.upper_inf(Acceptance.recorded)))
    assert known_then.all() == [date(2022, 9, 14)]
    periods = session.scalars(select(Warranty.period).where(func.upper_inf(Warranty.recorded)))
    assert [period.upper for period in periods] == [date(2025, 10, 2)]


def test_a_changed_term_is_a_dated_correction(session: Session, line: int) -> None:
    take_contracts(session, contract_row(accepted_on="2022-09-14"))
    outcome = take_contracts(session, contract_row(accepted_on="2022-09-14", stated_term_months="60"))
    assert outcome.counts == (1, 0, 0)
    now = session.scalars(select(Warranty.months).where(func.upper_inf(Warranty.recorded)))
    then = session.scalars(select(Warranty.months).where(~func.upper_inf(Warranty.recorded)))
    assert (now.all(), then.all()) == ([60], [36])


def test_a_term_that_was_missing_is_filled(session: Session, line: int) -> None:
    make_rule(session, months=24)
    take_contracts(session, contract_row(accepted_on="2022-09-14", stated_term_months=""))
    assert session.scalars(select(Warranty.months)).all() == [24]
    assert take_contracts(session, contract_row(accepted_on="2022-09-14")).counts == (1, 0, 0)
    now = session.scalars(select(Warranty.months).where(func.upper_inf(Warranty.recorded)))
    assert now.all() == [36]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("contractor_bin", OTHER),
        ("supervisor_bin", SUPERVISOR),
        ("kind_of_works", "construction"),
        ("signed_on", "2022-04-02"),
        ("value_tenge", "5"),
        ("kato", "75"),
        ("stated_term_months", ""),
    ],
)
def test_any_other_difference_is_set_aside_unless_told_to_update(
    session: Session, line: int, column: str, value: str
) -> None:
    take_contracts(session, contract_row())
    changed = contract_row(**{column: value})
    before = versions(session)
    outcome = take_contracts(session, changed)
    assert (outcome.counts, outcome.refusals) == ((0, 0, 1), [(2, column, "contract_differs")])
    assert versions(session) == before
    assert take_contracts(session, changed, update=True).counts == (1, 0, 0)
    assert take_contracts(session, changed).counts == (0, 1, 0)


def test_a_changed_term_with_another_difference_is_set_aside(session: Session, line: int) -> None:
    take_contracts(session, contract_row())
    outcome = take_contracts(session, contract_row(stated_term_months="60", kato="75"))
    assert {field for _, field, _ in outcome.refusals} == {"stated_term_months", "kato"}
    assert session.scalars(select(Contract.stated_term_months)).all() == [36]


def test_an_empty_cell_does_not_withdraw_an_acceptance(session: Session, line: int) -> None:
    take_contracts(session, contract_row(accepted_on="2022-09-14"))
    outcome = take_contracts(session, contract_row(), update=True)
    assert outcome.counts == (0, 1, 0)
    assert outcome.notes == [(2, "accepted_on", "acceptance_stays")]
    assert current(session) == [(date(2022, 9, 14), None)]


def test_a_new_stretch_of_a_known_contract_is_added(session: Session, line: int) -> None:
    take_contracts(session, contract_row(chainage_from="0", chainage_to="1000"))
    outcome = take_contracts(session, contract_row(chainage_from="1000", chainage_to="2000"))
    assert outcome.counts == (1, 0, 0)
    assert session.scalar(select(func.count()).select_from(ContractSection)) == 2


# --- organisations


def test_an_organisation_keeps_the_name_it_was_first_met_with(session: Session, line: int) -> None:
    take_contracts(session, contract_row())
    make_carriageway(session, source_id="line/2")
    outcome = take_contracts(
        session, contract_row(contractor="Contractor Ltd", contract_number="2", source_id="line/2")
    )
    assert outcome.counts == (1, 0, 0)
    assert outcome.notes == [(2, "contractor", "organisation_named_otherwise")]
    assert "Contractor Ltd" not in session.scalars(select(Organisation.name)).all()


def test_a_bin_stands_for_a_name_until_one_is_known(session: Session, line: int) -> None:
    outcome = take_contracts(session, contract_row(contractor=""))
    assert outcome.notes == [(2, "contractor", "organisation_without_name")]
    take_contracts(session, contract_row())
    named = session.scalars(select(Organisation.name).where(Organisation.bin == CONTRACTOR))
    assert named.all() == ["Contractor"]


def test_one_company_may_be_customer_and_contractor(session: Session, line: int) -> None:
    outcome = take_contracts(session, contract_row(contractor_bin=CUSTOMER, contractor="Customer"))
    assert (outcome.counts, outcome.notes) == ((1, 0, 0), [])


# --- bad input: each is a row in the report, the rest goes in

BAD_CELLS = [
    ({"contract_number": ""}, "contract_number", "cell_missing"),
    ({"contract_number": "9" * 201}, "contract_number", "too_long"),
    ({"customer_bin": "12345678901A"}, "customer_bin", "bin_has_letters"),
    ({"customer_bin": "1234"}, "customer_bin", "bin_length"),
    ({"contractor_bin": "123456789012"}, "contractor_bin", "bin_check_digit"),
    ({"contractor_bin": ""}, "contractor_bin", "cell_missing"),
    ({"supervisor": "Supervision"}, "supervisor_bin", "name_without_bin"),
    ({"kind_of_works": "painting"}, "kind_of_works", "unknown_code"),
    ({"signed_on": "2205-01-01"}, "signed_on", "date_in_future"),
    ({"signed_on": "2026-06-02"}, "signed_on", "date_in_future"),
    ({"signed_on": "1949-12-31"}, "signed_on", "date_too_early"),
    ({"signed_on": "2022-02-30"}, "signed_on", "not_a_date"),
    ({"signed_on": "04/01/2022"}, "signed_on", "not_a_date"),
    ({"accepted_on": "2022-03-31"}, "accepted_on", "accepted_before_signed"),
    ({"accepted_on": "2026-06-02"}, "accepted_on", "date_in_future"),
    ({"value_tenge": "NaN"}, "value_tenge", "not_a_number"),
    ({"value_tenge": "1,5"}, "value_tenge", "decimal_comma"),
    ({"value_tenge": "-1"}, "value_tenge", "out_of_bounds"),
    ({"value_tenge": "1e17"}, "value_tenge", "out_of_bounds"),
    ({"stated_term_months": "0"}, "stated_term_months", "out_of_bounds"),
    ({"stated_term_months": "36.5"}, "stated_term_months", "not_a_whole_number"),
    ({"kato": "Almaty"}, "kato", "not_kato"),
    ({"elements": "pavement|roof"}, "elements", "unknown_code"),
    ({"direction": "north"}, "direction", "unknown_code"),
    ({"direction": "reverse"}, "direction", "direction_not_there"),
    ({"source_id": "nowhere"}, "source_id", "unknown_source_id"),
    ({"source_id": "", "road_reference": "A-99"}, "road_reference", "unknown_road"),
    ({"road_reference": "A-3"}, "road_reference", "place_twice"),
    ({"source_id": ""}, "source_id", "place_missing"),
    ({"chainage_from": "100"}, "chainage_to", "chainage_incomplete"),
    ({"chainage_from": "2,5", "chainage_to": "4000"}, "chainage_from", "decimal_comma"),
    ({"chainage_from": "a", "chainage_to": "4000"}, "chainage_from", "not_a_chainage"),
    ({"chainage_from": "0", "chainage_to": "99999999"}, "chainage_to", "chainage_too_large"),
    ({"chainage_from": "4000", "chainage_to": "2000"}, "chainage_to", "end_not_after_start"),
    ({"chainage_from": "9+000", "chainage_to": "12+000"}, "chainage_to", "chainage_beyond_road"),
]


@pytest.mark.parametrize(("cells", "field", "code"), BAD_CELLS)
def test_a_bad_cell_sets_its_row_aside_and_the_rest_goes_in(
    session: Session, line: int, cells: dict[str, str], field: str, code: str
) -> None:
    make_carriageway(session, source_id="line/2")
    good = contract_row(contract_number="good", source_id="line/2")
    outcome = take_contracts(session, contract_row(**cells), good)
    assert outcome.refusals == [(2, field, code)]
    assert outcome.counts == (1, 0, 1)
    assert session.scalars(select(Contract.number)).all() == ["good"]


def test_every_bad_cell_of_a_row_is_named_and_the_row_counts_once(session: Session, line: int) -> None:
    outcome = take_contracts(session, contract_row(kato="x", value_tenge="y"))
    assert sorted(outcome.refusals) == [(2, "kato", "not_kato"), (2, "value_tenge", "not_a_number")]
    assert outcome.counts == (0, 0, 1)


def test_an_act_number_without_a_day_is_left_out_and_said(session: Session, line: int) -> None:
    outcome = take_contracts(session, contract_row(act_number="7"))
    assert (outcome.counts, outcome.notes) == ((1, 0, 0), [(2, "act_number", "number_without_acceptance")])


def test_a_broken_line_is_set_aside(session: Session, line: int) -> None:
    from geo.tables import Row
    from roads.domain.actors import OPERATOR

    outcome = Outcome()
    with FirstRows() as first_rows:
        command = ImportContracts([Row(2, {}, "broken_quotes")], first_rows)
        outcome.totals += import_contracts(session, OPERATOR, command, outcome.hear, today=TODAY)
    assert (outcome.counts, outcome.refusals) == ((0, 0, 1), [(2, "", "broken_quotes")])


def test_only_who_may_imports_contracts(session: Session) -> None:
    with FirstRows() as first_rows, pytest.raises(NotAllowed):
        import_contracts(session, Actor("nobody"), ImportContracts([], first_rows), print, today=TODAY)
