"""Rules by file: never two answers for one key and day, and a changed answer is a dated correction."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.tables import read_table
from roads.domain.actors import OPERATOR
from roads.domain.network import Category, Significance
from roads.domain.rules import OTHER_COLUMNS, REQUIRED_COLUMNS, Basis, TermKey, TermStated
from roads.domain.warranty import KindOfWorks
from roads.models import CalendarDay, DeadlineRule, TermRule, Warranty
from roads.usecases.first_rows import FirstRows
from roads.usecases.rules import ImportRules, import_rules
from tests.factories import make_carriageway, make_road
from tests.imports import Outcome, contract_row, take_contracts, take_rules, term_row, versions

SEED = Path(__file__).parents[3] / "seed" / "data"


def deadline_row(**cells: str) -> dict[str, str]:
    """14 days for everything everywhere."""
    return {"table": "deadline", "days": "14", "legal_basis": "A norm", **cells}


def day_row(table: str, day: str, **cells: str) -> dict[str, str]:
    """A day on which the plain week does not hold."""
    return {"table": table, "day": day, "legal_basis": "A decree", **cells}


def months(session: Session) -> list[int | None]:
    """Months of every warranty as known now."""
    return list(session.scalars(select(Warranty.months).where(func.upper_inf(Warranty.recorded))))


@pytest.fixture
def without_term(session: Session) -> None:
    """A contract of 1 April 2022 that states no term, accepted on 14 September 2022."""
    make_carriageway(session, make_road(session), source_id="line/1")
    take_contracts(session, contract_row(accepted_on="2022-09-14", stated_term_months=""))


# --- terms


def test_a_term_rule_settles_warranties_that_had_none(session: Session, without_term: None) -> None:
    assert months(session) == [None]
    assert take_rules(session, term_row()).counts == (1, 0, 0)
    assert months(session) == [36]


def test_a_changed_term_is_a_dated_correction(session: Session, without_term: None) -> None:
    take_rules(session, term_row())
    assert take_rules(session, term_row(months="48")).counts == (1, 0, 0)
    assert months(session) == [48]
    then = session.scalars(select(TermRule.months).where(~func.upper_inf(TermRule.recorded)))
    assert then.all() == [36]


def test_signed_to_is_the_last_day_included(session: Session, without_term: None) -> None:
    take_rules(session, term_row(signed_to="2022-04-01"), term_row(signed_from="2022-04-02", months="60"))
    assert session.scalars(select(TermRule.signed).order_by(TermRule.months)).all() == [
        Range(None, date(2022, 4, 2)),
        Range(date(2022, 4, 2), None),
    ]
    assert months(session) == [36]


def test_the_word_none_means_no_warranty(session: Session, without_term: None) -> None:
    assert take_rules(session, term_row(months="none")).counts == (1, 0, 0)
    assert session.scalars(select(TermRule.months)).all() == [None]
    assert months(session) == []


def test_a_traffic_band_includes_both_its_bounds(session: Session) -> None:
    rows = [term_row(traffic_to="2999"), term_row(traffic_from="3000", traffic_to="6999", months="48")]
    assert take_rules(session, *rows).counts == (2, 0, 0)
    assert session.scalars(select(TermRule.traffic).order_by(TermRule.months)).all() == [
        Range(None, 3000),
        Range(3000, 7000),
    ]


def test_everything_that_makes_a_rule_specific_is_kept(session: Session) -> None:
    row = term_row(kato="75", significance="street", category="a", element="base", confirmed="yes")
    assert take_rules(session, row).counts == (1, 0, 0)
    rule = session.scalars(select(TermRule)).one()
    assert (rule.kato, rule.significance, rule.category, rule.element) == ("75", "street", "a", "base")
    assert (rule.legal_basis, rule.is_confirmed) == ("A norm", True)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (term_row(signed_to="2025-12-17"), term_row(signed_from="2025-12-17")),
        (term_row(), term_row(signed_from="2020-01-01", signed_to="2020-01-01")),
        (term_row(traffic_to="3000"), term_row(traffic_from="3000")),
    ],
)
def test_a_second_answer_for_one_key_and_day_is_set_aside_and_names_the_first(
    session: Session, first: dict[str, str], second: dict[str, str]
) -> None:
    outcome = take_rules(session, first, second | {"months": "60"})
    assert outcome.counts == (1, 0, 1)
    assert outcome.refusals == [(3, "signed_from", "rule_collides")]
    assert outcome.remarks[0].params["months"] == 36
    again = take_rules(session, second | {"months": "60"})
    assert again.refusals == [(2, "signed_from", "rule_collides")]


@pytest.mark.parametrize(
    "other",
    [
        term_row(kato="75"),
        term_row(category="cat_2"),
        term_row(significance="republican"),
        term_row(element="base"),
        term_row(traffic_from="1000"),
        term_row(kind_of_works="construction"),
    ],
)
def test_a_more_specific_rule_is_another_key(session: Session, other: dict[str, str]) -> None:
    assert take_rules(session, term_row(), other).counts == (2, 0, 0)


def test_updating_moves_the_last_day_of_a_rule(session: Session) -> None:
    take_rules(session, term_row(signed_from="2025-01-01"))
    ended = term_row(signed_from="2025-01-01", signed_to="2025-12-17")
    assert take_rules(session, ended).counts == (0, 0, 1)
    assert take_rules(session, ended, update=True).counts == (1, 0, 0)
    now = session.scalars(select(TermRule.signed).where(func.upper_inf(TermRule.recorded)))
    assert now.all() == [Range(date(2025, 1, 1), date(2025, 12, 18))]


@pytest.mark.parametrize("chunk", [1, 10])
def test_in_one_file_the_first_row_of_a_rule_wins(session: Session, chunk: int) -> None:
    outcome = take_rules(session, term_row(), term_row(months="48"), term_row(), chunk=chunk)
    assert (outcome.counts, outcome.refusals) == ((1, 1, 1), [(3, "table", "rule_differs_in_file")])


def bounds(ends: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int | None, int | None]]:
    pairs = st.tuples(st.none() | ends, st.none() | ends)
    return pairs.filter(lambda p: p[0] is None or p[1] is None or p[0] <= p[1])


@st.composite
def stated_terms(draw: st.DrawFn) -> TermStated:
    """Rules whose keys, bands and days are few, so that they meet often."""
    key = TermKey(
        draw(st.sampled_from(["", "75"])),
        KindOfWorks.MEDIUM_REPAIR,
        draw(st.sampled_from([None, Significance.STREET])),
        draw(st.sampled_from([None, Category.CAT_2])),
        None,
        draw(st.none() | bounds(st.integers(1, 3)).filter(any)),
    )
    first, last = draw(bounds(st.integers(738000, 738003)))
    days = [None if day is None else date.fromordinal(day) for day in (first, last)]
    return TermStated(key, days[0], days[1], 36, Basis("A norm", is_confirmed=False))


@given(stated_terms(), stated_terms())
def test_two_rules_collide_when_some_day_of_signing_and_traffic_has_both(one: TermStated, two: TermStated) -> None:
    def answers(rule: TermStated, day: int, vehicles: int) -> bool:
        on, traffic = date.fromordinal(day), rule.key.traffic
        signed = (rule.signed_from or on) <= on <= (rule.signed_to or on)
        in_band = traffic is None or (traffic[0] or 0) <= vehicles <= (traffic[1] or 9)
        return signed and in_band

    def same_key() -> bool:
        plain = [(r.key.kato, r.key.significance, r.key.category, r.key.traffic is None) for r in (one, two)]
        return plain[0] == plain[1]

    both = any(
        answers(one, day, vehicles) and answers(two, day, vehicles)
        for day in range(737998, 738006)
        for vehicles in range(10)
    )
    assert one.collides(two) is two.collides(one) is (same_key() and both)


# --- deadlines and days


def test_a_deadline_is_of_working_days_unless_temporary(session: Session) -> None:
    take_rules(session, deadline_row(), deadline_row(kind="temporary", days="3"))
    rows = session.scalars(select(DeadlineRule).order_by(DeadlineRule.days)).all()
    assert [(r.kind, r.days, r.counted_in) for r in rows] == [
        ("temporary", 3, "calendar"),
        ("rectification", 14, "working"),
    ]


def test_a_changed_deadline_is_a_dated_correction(session: Session) -> None:
    take_rules(session, deadline_row(category="cat_2", severity="high"))
    assert take_rules(session, deadline_row(category="cat_2", severity="high", days="7")).counts == (1, 0, 0)
    now = session.scalars(select(DeadlineRule.days).where(func.upper_inf(DeadlineRule.recorded)))
    assert now.all() == [7]
    assert session.scalar(select(func.count()).select_from(DeadlineRule)) == 2


def test_holidays_and_worked_weekends_are_days_of_the_calendar(session: Session) -> None:
    rows = [day_row("holiday", "2026-05-07"), day_row("working_day", "2025-01-05", confirmed="yes")]
    assert take_rules(session, *rows).counts == (2, 0, 0)
    days = session.scalars(select(CalendarDay).order_by(CalendarDay.day)).all()
    assert [(d.day, d.kind, d.is_confirmed) for d in days] == [
        (date(2025, 1, 5), "working_day", True),
        (date(2026, 5, 7), "holiday", False),
    ]


def test_a_day_on_record_takes_what_a_later_file_says(session: Session) -> None:
    take_rules(session, day_row("holiday", "2026-05-07"))
    assert take_rules(session, day_row("working_day", "2026-05-07")).counts == (1, 0, 0)
    assert session.scalars(select(CalendarDay.kind)).all() == ["working_day"]


def test_a_file_of_days_works_out_no_warranty_anew(session: Session, without_term: None) -> None:
    before = versions(session)["liability"]
    take_rules(session, day_row("holiday", "2026-05-07"), deadline_row())
    assert versions(session)["liability"] == before


# --- the same again, and what ships


def test_the_same_file_again_writes_nothing(session: Session, without_term: None) -> None:
    rows = [term_row(), term_row(kato="75", months="none"), deadline_row(), day_row("holiday", "2026-05-07")]
    take_rules(session, *rows)
    before = versions(session)
    assert take_rules(session, *rows).counts == (0, 4, 0)
    assert versions(session) == before


@pytest.mark.parametrize("name", ["term_rules", "deadline_rules", "calendar"])
def test_the_rules_that_ship_go_in_without_a_remark(session: Session, name: str) -> None:
    outcome = Outcome()
    for expected in ("imported", "unchanged"):
        with FirstRows() as first_rows:
            chunks = read_table(SEED / f"{name}.csv", required=REQUIRED_COLUMNS, known=OTHER_COLUMNS)
            totals = import_rules(session, OPERATOR, ImportRules(chunks, first_rows), outcome.hear)
        assert getattr(totals, expected) == totals.read > 0
    assert outcome.remarks == []


# --- bad input

BAD = [
    (term_row(table="tariff"), "table", "unknown_code"),
    (term_row(table=""), "table", "cell_missing"),
    (term_row(legal_basis=""), "legal_basis", "cell_missing"),
    (term_row(kind_of_works=""), "kind_of_works", "cell_missing"),
    (term_row(kind_of_works="painting"), "kind_of_works", "unknown_code"),
    (term_row(significance="local"), "significance", "unknown_code"),
    (term_row(category="1"), "category", "unknown_code"),
    (term_row(element="roof"), "element", "unknown_code"),
    (term_row(months=""), "months", "cell_missing"),
    (term_row(months="0"), "months", "not_months_or_none"),
    (term_row(months="three years"), "months", "not_months_or_none"),
    (term_row(months="NaN"), "months", "not_months_or_none"),
    (term_row(kato="A"), "kato", "not_kato"),
    (term_row(traffic_from="-1"), "traffic_from", "out_of_bounds"),
    (term_row(traffic_from="5000", traffic_to="1000"), "traffic_to", "band_ends_before_it_begins"),
    (term_row(signed_from="2205-01-01"), "signed_from", "date_too_late"),
    (term_row(signed_from="2025-01-01", signed_to="2024-12-31"), "signed_to", "ends_before_it_begins"),
    (term_row(confirmed="perhaps"), "confirmed", "not_yes_or_no"),
    (deadline_row(days=""), "days", "cell_missing"),
    (deadline_row(days="0"), "days", "out_of_bounds"),
    (deadline_row(severity="awful"), "severity", "unknown_code"),
    (deadline_row(kind="soon"), "kind", "unknown_code"),
    (deadline_row(counted_in="weeks"), "counted_in", "unknown_code"),
    (day_row("holiday", ""), "day", "cell_missing"),
    (day_row("holiday", "2026-02-30"), "day", "not_a_date"),
]


@pytest.mark.parametrize(("row", "field", "code"), BAD)
def test_a_bad_row_is_set_aside_and_the_rest_goes_in(
    session: Session, row: dict[str, str], field: str, code: str
) -> None:
    outcome = take_rules(session, row, day_row("holiday", "2026-05-07"))
    assert (outcome.refusals, outcome.counts) == ([(2, field, code)], (1, 0, 1))
