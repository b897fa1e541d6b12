"""Answers stand until their carriageway changes, and may be worked out anew at any time."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR
from roads.usecases.attribution import Attributed, AttributeDefects, PlaceDefects, attribute_defects, place_defects
from tests.factories import make_carriageway, make_defect, point_beside


@pytest.fixture
def line(session: Session) -> int:
    """A carriageway with three placed defects, not answered yet."""
    carriageway = make_carriageway(session, lat=50.0)
    report(session, 3)
    return carriageway.id


def report(session: Session, count: int) -> None:
    spots = [point_beside(1000 + n, 2, lat=50.0) for n in range(count)]
    defects = [make_defect(session, lon=lon, lat=lat) for lon, lat in spots]
    place_defects(session, OPERATOR, PlaceDefects([defect.id for defect in defects], 30.0))


def answers(session: Session) -> Any:
    return session.execute(
        text("SELECT defect_id, carriageway_id, from_cm, outcome, recorded_at, xmin FROM attribution ORDER BY 1")
    ).all()


def test_what_nothing_changed_is_not_answered_again(session: Session, line: int) -> None:
    assert attribute_defects(session, OPERATOR, AttributeDefects([line])) == Attributed(0, 3)
    session.execute(text("UPDATE attribution SET outcome = 'expired' WHERE defect_id = (SELECT min(id) FROM defect)"))
    assert attribute_defects(session, OPERATOR, AttributeDefects([line])) == Attributed(0, 0)


def test_worked_out_anew_only_what_differs_is_written(session: Session, line: int) -> None:
    attribute_defects(session, OPERATOR, AttributeDefects([line]))
    before = answers(session)
    assert attribute_defects(session, OPERATOR, AttributeDefects([line], anew=True)) == Attributed(0, 0)
    assert answers(session) == before
    session.execute(text("UPDATE attribution SET outcome = 'expired' WHERE defect_id = (SELECT min(id) FROM defect)"))
    assert attribute_defects(session, OPERATOR, AttributeDefects([line], anew=True)) == Attributed(1, 1)


def test_a_new_defect_leaves_the_answers_of_the_others_alone(session: Session, line: int) -> None:
    attribute_defects(session, OPERATOR, AttributeDefects([line]))
    before = answers(session)
    report(session, 1)
    assert attribute_defects(session, OPERATOR, AttributeDefects([line])) == Attributed(0, 1)
    assert answers(session)[:3] == before
