"""A statement is written once, and stands in others with their own values."""

from roads.sql import numbered_statement, source


def test_an_include_may_be_given_a_value_of_the_statement_around_it() -> None:
    of_a_segment, names = numbered_statement("public_segment_stretches")
    assert "-- include" not in of_a_segment.decode()
    assert of_a_segment.count(b"ANY (CAST(ARRAY[(SELECT carriageway_id FROM asked)] AS integer[]))") == source(
        "liability_causes"
    ).count(":carriageway_ids AS")
    assert set(names) == {"id", "decided_on", "known_at"}
