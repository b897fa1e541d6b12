"""The statements that place liability in place and time against the slow oracle, on random small worlds."""

import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from roads.domain.attribution import RULE_VERSION
from roads.domain.explanation import OUTCOME_OF, explain
from roads.domain.warranty import LiabilityKind
from roads.queries.candidates import candidate
from roads.sql import statement
from tests.oracle import Agreement, Section, World, answer, judge_cell, judge_point
from tests.worlds import Spot, Stored, Story, stories

WORLDS_AT_ONCE = 25
WORLDS = int(os.environ.get("ROADS_TEST_WORLDS", "1000"))
"""Other worlds each time; before a change of the statements is handed over, 5000 of them."""
Judged = tuple[str, str | None, int | None]


def slowly(max_examples: int) -> settings:
    """Settings for checks that ask a database."""
    return settings(max_examples=max_examples, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.fixture(scope="module")
def engine(shared_database: Engine) -> Engine:
    return shared_database


def in_a_fresh_database(engine: Engine, check: Any) -> None:
    """Run a check in a transaction that is undone, with the application's rights."""
    with engine.connect() as connection, connection.begin() as outer:
        connection.execute(text("SET LOCAL ROLE roads_jobs"))
        with Session(connection, join_transaction_mode="create_savepoint", autoflush=False) as session:
            check(session)
        outer.rollback()


def store(session: Session, told: Sequence[Story]) -> tuple[Stored, tuple[int, int, int]]:
    stored = Stored(session)
    stored.rules()
    named = [
        session.execute(
            text("INSERT INTO organisation (bin, name) VALUES (:bin, 'x') RETURNING id"), {"bin": bin_}
        ).scalar_one()
        for bin_ in ("900000000001", "900000000002", "900000000003")
    ]
    organisations = (named[0], named[1], named[2])
    for number, story in enumerate(told):
        stored.tell(number, story, organisations)
    stored.settle()
    return stored, organisations


def learn(stored: Stored, told: Sequence[Story], liable: int) -> None:
    """What became known later comes in, and everything is worked out again."""
    for number, story in enumerate(told):
        for rank, event in story.later_events:
            stored.happen(number, rank, event)
        for rank, position, part in story.later_acceptances:
            stored.accept(number, rank, position, part)
        for carved in story.later_carved:
            stored.carve(number, carved, liable)
    stored.settle()


def judged_by_oracle(story: Story, world: World) -> list[list[Judged]]:
    """For each defect the judgement of each of its centimetres."""
    return [
        [judge_point(world, spot.from_cm, spot.element, spot.day, spot.accuracy_cm)]
        if spot.to_cm - spot.from_cm == 1
        else [judge_cell(world, cm, spot.element, spot.day) for cm in range(spot.from_cm, spot.to_cm)]
        for spot in story.spots
    ]


def cells(rows: Sequence[Any], stored: Stored) -> dict[int, dict[int, Judged]]:
    """Answers by defect and centimetre. Parts may not overlap, and neighbours with one source are one part."""
    rank_of = {contract: rank for (_, rank), contract in stored.contracts.items()}
    rank_of_carved = {carved: rank for (_, rank), carved in stored.carved.items()}
    found: dict[int, dict[int, Judged]] = defaultdict(dict)
    last: dict[int, tuple[int, Any]] = {}
    for row in sorted(rows, key=lambda r: (r.defect_id, r.from_cm)):
        answered = row.likely_outcome or row.outcome
        rank = rank_of_carved[row.source_id] if answered == "excluded" else rank_of.get(row.contract_id)
        key = (row.outcome, row.source_id)
        assert last.get(row.defect_id) != (row.from_cm, key), "neighbours with the same answer are one part"
        last[row.defect_id] = (row.to_cm, key)
        for cm in range(row.from_cm, row.to_cm):
            assert cm not in found[row.defect_id], "parts may not overlap"
            found[row.defect_id][cm] = (row.outcome, row.reason, rank)
    return found


def compare(told: Sequence[Story], worlds: Sequence[World], stored: Stored, rows: Sequence[Any]) -> None:
    found = cells(rows, stored)
    for number, (story, world) in enumerate(zip(told, worlds, strict=True)):
        for position, (spot, expected) in enumerate(zip(story.spots, judged_by_oracle(story, world), strict=True)):
            answers = found[stored.spots[number, position]]
            assert sorted(answers) == list(range(spot.from_cm, spot.to_cm)), "the parts sum to the whole"
            got = [answers[cm] for cm in range(spot.from_cm, spot.to_cm)]
            assert got == expected, (spot, world)


def stored_answers(session: Session) -> Sequence[Any]:
    return session.execute(
        text(
            "SELECT defect_id, from_cm, to_cm, outcome, reason, likely_outcome, source_id, contract_id "
            "FROM attribution WHERE replaced_at = 'infinity'"
        )
    ).all()


def answers_as_known(session: Session, stored: Stored, known_at: datetime) -> Sequence[Any]:
    """What `why --as-known` asks: the attribution statement over the projection as known then."""
    return session.execute(
        statement("answer_places", liability_stored="liability_projection"),
        {
            "carriageway_ids": stored.carriageways,
            "off_network": False,
            "known_at": known_at,
            "rule_version": RULE_VERSION,
        },
    ).all()


def check_worlds(engine: Engine, told: Sequence[Story]) -> None:
    def check(session: Session) -> None:
        stored, organisations = store(session, told)
        compare(told, [story.first for story in told], stored, stored_answers(session))
        then = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        learn(stored, told, organisations[2])
        compare(told, [story.now for story in told], stored, stored_answers(session))
        compare(told, [story.first for story in told], stored, answers_as_known(session, stored, then))
        before = session.execute(text("SELECT count(*), max(recorded_at) FROM attribution")).one()
        stored.settle()
        assert session.execute(text("SELECT count(*), max(recorded_at) FROM attribution")).one() == before

    in_a_fresh_database(engine, check)


@pytest.mark.slow
@slowly(WORLDS // WORLDS_AT_ONCE)
@given(told=st.lists(stories(), min_size=WORLDS_AT_ONCE, max_size=WORLDS_AT_ONCE))
def test_thousands_of_small_worlds_are_answered_as_the_oracle_says(engine: Engine, told: list[Story]) -> None:
    check_worlds(engine, told)


@slowly(40)
@given(story=stories())
def test_a_small_world_is_answered_as_the_oracle_says(engine: Engine, story: Story) -> None:
    check_worlds(engine, [story])


@slowly(40)
@given(story=stories())
def test_the_explanation_chooses_what_the_statement_answers(engine: Engine, story: Story) -> None:
    def check(session: Session) -> None:
        stored, _ = store(session, [story])
        for spot in story.spots:
            explained = explained_at(session, stored.carriageways[0], spot.from_cm, spot.element, spot.day)
            expected = answer(story.first, spot.from_cm, spot.element, spot.day)
            chosen = OUTCOME_OF[LiabilityKind(explained.chosen.kind)] if explained.chosen else "no_warranty"
            assert chosen == expected.outcome
            assert explained.reason == ("term_unknown" if expected.term_unknown else None)
            if explained.chosen and expected.outcome != "excluded":
                assert expected.rank is not None
                assert explained.chosen.contract_id == stored.contracts[0, expected.rank]

    in_a_fresh_database(engine, check)


def explained_at(session: Session, carriageway: int, cm: int, element: str, day: date) -> Any:
    rows = session.execute(
        statement("explain_place"),
        {"carriageway_ids": [carriageway], "at_cm": cm, "element": element, "decided_on": day, "known_at": "infinity"},
    )
    return explain([candidate(row) for row in rows], day)


def test_the_answer_may_change_at_a_kilometre_where_no_works_are_on_record(engine: Engine) -> None:
    section = Section((100_001, 100_017), ("base",))
    agreement = Agreement(0, "7", "construction", date(2020, 1, 1), None, "75", [section])
    spot = Spot(100_001, 100_002, "base", date(2025, 1, 1), 30)
    check_worlds(engine, [Story(World((99_990, 100_017), [agreement], []), [], [], [], [spot])])
