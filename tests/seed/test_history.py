"""The demonstration's works are lawful whatever the day of loading."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from roads.domain.network import Direction
from seed.history import in_season, tell
from seed.network import Line
from seed.organisations import made_up_bin

DAYS = [date(2026, 1, 1), date(2026, 2, 28), date(2026, 6, 1), date(2026, 11, 22), date(2028, 2, 29)]


def line(source_id: str, kilometres: float, *, is_street: bool, direction: Direction = Direction.SINGLE) -> Line:
    m = np.array([0.0, 1000 * kilometres])
    drawn = m if direction is not Direction.REVERSE else m[::-1]
    return Line(source_id, None, (), direction, is_street, "750000000", 70 + drawn / 80_000, 0 * drawn + 45, drawn)


LINES = [
    line("A-1", 400, is_street=False),
    line("A-2-forward", 250, is_street=False, direction=Direction.FORWARD),
    line("A-2-reverse", 250, is_street=False, direction=Direction.REVERSE),
    *(line(f"street-{n}", 9, is_street=True) for n in range(5)),
]


def rows(today: date) -> tuple[Sequence[dict[str, str]], Sequence[dict[str, str]]]:
    history = tell(LINES, {"75": "Алматы қаласы"}, today)
    return list(history.contract_rows()), history.events


@pytest.mark.parametrize("today", DAYS)
def test_days_of_contracts_are_in_order_and_have_come(today: date) -> None:
    contracts, _ = rows(today)

    assert len({row["contract_number"] for row in contracts}) == 150
    for row in contracts:
        accepted_on = row.get("accepted_on") or today.isoformat()
        assert row["signed_on"] <= accepted_on <= today.isoformat()


@pytest.mark.parametrize("today", DAYS)
def test_events_come_after_signing_and_acceptances_have_come(today: date) -> None:
    contracts, events = rows(today)
    signed = {row["contract_number"]: row["signed_on"] for row in contracts}

    assert {event["kind"] for event in events} == {
        "acceptance", "amendment", "suspension", "termination", "carve_out",
    }  # fmt: skip
    for event in events:
        assert event["from_on"] >= signed.get(event.get("contract_number", ""), "")
        assert event["kind"] != "acceptance" or event["from_on"] <= today.isoformat()
        assert not event.get("to_on") or event["to_on"] >= event["from_on"]


@pytest.mark.parametrize("today", DAYS)
def test_chainages_lie_on_the_road(today: date) -> None:
    contracts, events = rows(today)
    longest = {drawn.source_id: drawn.to_m for drawn in LINES}

    for row in [*contracts, *events]:
        if "source_id" in row:
            assert 0 <= float(row["chainage_from"]) < float(row["chainage_to"]) <= longest[row["source_id"]]


@pytest.mark.parametrize(
    ("due", "signed_on", "accepted_on"),
    [
        (date(2025, 7, 3), date(2025, 5, 1), date(2025, 7, 3)),
        (date(2025, 12, 4), date(2025, 5, 1), date(2025, 11, 9)),
        (date(2026, 3, 4), date(2025, 5, 1), date(2025, 11, 9)),
        (date(2026, 3, 4), date(2026, 1, 15), date(2026, 5, 14)),
    ],
)
def test_works_that_end_in_winter_are_accepted_in_autumn_or_in_spring(
    due: date, signed_on: date, accepted_on: date
) -> None:
    assert in_season(due, signed_on) == accepted_on


def test_made_up_bins_are_as_many_as_asked_for() -> None:
    assert len({made_up_bin(number) for number in range(2000)}) == 2000
