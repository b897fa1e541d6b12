"""Plain new lines are written while the file is being read: with the result that they would have had at its end."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from tests.imports import versions
from tests.network import Feature, current, feature, multiline, segments, take_network, the

PLAIN = feature((0, 0), (300, 0), source_id="plain")


def written_early(session: Session, *features: Feature, **how: Any) -> list[str]:
    """The ids that are in the network though the import is killed before it writes."""
    take_network(session, *features, stop_before="write", **how)
    return [row.source_id for row in current(session)]


def test_a_plain_new_line_is_written_early(session: Session) -> None:
    assert written_early(session, PLAIN) == ["plain"]


@pytest.mark.parametrize(
    "other",
    [
        feature((0, 0), (300, 0), source_id="other", name="Абай"),
        feature((0, 0), (300, 0), source_id="other", reference="A-3"),
        feature((0, 0), (300, 0), source_id="other", chainage_from="1+000"),
        feature((0, 0), (300, 0), source_id="other", direction="reverse"),
        feature((0, 0), (150, 0), (300, 0), source_id="other"),
        feature((0, 0), (1600, 0), source_id="other"),
        multiline([(0, 0), (300, 0)], [(400, 0), (700, 0)], source_id="other"),
    ],
    ids=["named", "referenced", "with chainage", "reverse", "with an inner vertex", "long", "in parts"],
)
def test_a_line_that_others_may_change_waits(session: Session, other: Feature) -> None:
    assert written_early(session, other) == []


def test_nothing_is_written_early_where_the_network_has_the_source(session: Session) -> None:
    take_network(session, PLAIN)
    assert written_early(session, PLAIN, feature((0, 50), (300, 50), source_id="new")) == ["plain"]


FILE = [
    PLAIN,
    feature((0, 10), (300, 10), source_id="oneway", oneway="yes", significance="street", kato="750000000"),
    feature((0, 20), (300, 20), source_id="against", oneway="-1"),
    feature((0, 30), (900, 30), source_id="forward", direction="forward"),
    feature((0, 40), (0.004, 40), source_id="tiny"),
    feature((0, 60), (300, 60), (600, 60), source_id="street", name="Абай", significance="street"),
    feature((300, 60), (300, 90), source_id="side"),
    feature((0, 0), (300, 0), source_id="plain"),
    feature((300, 60), (300, 90), source_id="side again"),
    feature((300, 90), (300, 60), source_id="side back", significance="street"),
    feature((0, 99), (700, 99), source_id="side"),
]


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_the_network_is_the_same_as_if_all_had_waited(session: Session, chunk: int) -> None:
    early = take_network(session, *FILE, source="early", chunk=chunk)
    late = take_network(session, *FILE, source="late", chunk=chunk, writes_early=False)
    assert (early.totals, early.remarks) == (late.totals, late.remarks)
    assert facts(session, "early") == facts(session, "late")


def facts(session: Session, source: str) -> Sequence[Row[Any]]:
    """All that a source says, but for what numbers its carriageways have."""
    return session.execute(
        text(
            "SELECT c.source_id, c.chain_id = c.id AS is_alone, c.direction, c.significance, c.category, c.kato, "
            "c.measured_by, c.extent, c.geometry_key, c.content_key, "
            "ST_AsEWKT(c.geom) AS line, s.extent AS part, s.is_folded, ST_AsEWKT(s.geom) AS piece "
            "FROM carriageway c JOIN segment s ON s.carriageway_id = c.id "
            "WHERE c.source = :source AND c.road_id IS NULL ORDER BY c.source_id, s.extent"
        ),
        {"source": source},
    ).all()


@pytest.mark.parametrize("writes_early", [True, False])
@pytest.mark.parametrize(
    "others", [[], [feature((150, 0), (150, 50), source_id="side")]], ids=["alone", "with a junction"]
)
def test_a_nameless_line_keeps_the_direction_it_states(
    session: Session, writes_early: bool, others: list[Feature]
) -> None:
    vertices = [(0, 0), (150, 0), (300, 0)] if others else [(0, 0), (300, 0)]
    take_network(session, feature(*vertices, source_id="ramp", direction="forward"), *others, writes_early=writes_early)
    assert the(session, "ramp").direction == "forward"


@pytest.mark.parametrize("chunk", [1, 1000])
def test_a_row_that_repeats_an_early_one_is_set_aside_with_the_row_it_repeats(session: Session, chunk: int) -> None:
    same_line, other_line = feature((0, 0), (300, 0), source_id="b"), feature((0, 9), (300, 9), source_id="plain")
    outcome = take_network(session, PLAIN, same_line, other_line, PLAIN, chunk=chunk)
    assert [(remark.row, remark.code, remark.params["first_row"]) for remark in outcome.remarks] == [
        (2, "repeated", 1),
        (3, "repeated_id", 1),
        (4, "repeated", 1),
    ]
    assert [row.source_id for row in current(session)] == ["plain"]


def test_a_street_is_cut_where_an_early_line_joins_it(session: Session) -> None:
    take_network(
        session,
        feature((300, 0), (300, 200), source_id="side"),
        feature((0, 0), (300, 0), (700, 0), source_id="street", significance="street"),
    )
    assert [(round(start), round(end)) for start, end in segments(session, "street")] == [(0, 300), (300, 700)]


def test_what_was_written_early_is_not_retired_by_the_import_that_wrote_it(session: Session) -> None:
    take_network(session, PLAIN, feature((0, 10), (9, 10), (20, 10), source_id="other"), retires=True)
    assert [row.source_id for row in current(session)] == ["other", "plain"]


def test_an_import_killed_after_early_writing_is_completed_by_the_next(session: Session) -> None:
    take_network(session, *FILE, stop_before="write")
    early = {row.source_id: row.id for row in current(session)}
    outcome = take_network(session, *FILE, retires=True)
    assert outcome.totals.unchanged == len(early)
    assert {source_id: the(session, source_id).id for source_id in early} == early
    before = versions(session)
    assert take_network(session, *FILE).totals.imported == 0
    assert versions(session) == before
