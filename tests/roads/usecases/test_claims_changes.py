"""An issued claim keeps its facts; what stands otherwise by now is told, each change once."""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Role, person
from roads.domain.claims import Action
from roads.models import CarveOut, ClaimLine
from roads.usecases.claims_changes import note_changed_lines
from roads.usecases.defects_corrections import WithdrawDefect, withdraw_defect
from roads.usecases.liability import refresh
from tests.claims import TODAY, Scene, make_scene
from tests.factories import make_carve_out

LATER = TODAY + timedelta(days=30)


def noted(scene: Scene, on: date = LATER) -> int:
    return note_changed_lines(scene.session, OPERATOR, today=on)


def told(scene: Scene, line: ClaimLine) -> list[dict[str, object]]:
    """What was told of a line, in order."""
    words = "SELECT evidence FROM claim_event WHERE line_id = :id AND action = 'changed_since' ORDER BY id"
    return list(scene.session.scalars(text(words), {"id": line.id}))


def dig(scene: Scene) -> CarveOut:
    """Somebody else's dig over the place of the defect comes to light."""
    found = make_carve_out(scene.session, scene.line, from_m=900, to_m=1100)
    refresh(scene.session, carriageway_ids=[scene.line.id])
    scene.attribute()
    return found


def test_nothing_is_told_while_the_answer_is_the_same(session: Session) -> None:
    scene = make_scene(session)
    scene.issued()
    assert noted(scene) == 0


def test_a_dig_that_comes_to_light_after_the_issue_is_told_once_and_the_facts_stay(session: Session) -> None:
    scene = make_scene(session)
    line = scene.issued()
    facts = scene.line_of_id(line.id).facts
    dig(scene)
    assert noted(scene) == 1
    (event,) = told(scene, line)
    assert str(event["stood"]).startswith(f"under_warranty:{scene.contract.id}:2025-06-01")
    assert str(event["stands"]).startswith("excluded")
    assert noted(scene, LATER + timedelta(days=1)) == 0
    assert scene.line_of_id(line.id).facts == facts


def test_going_back_is_a_change_too(session: Session) -> None:
    scene = make_scene(session)
    line = scene.issued()
    found = dig(scene)
    noted(scene)
    session.execute(
        text("UPDATE carve_out SET recorded = tstzrange(lower(recorded), clock_timestamp()) WHERE id = :id"),
        {"id": found.id},
    )
    refresh(session, carriageway_ids=[scene.line.id])
    scene.attribute()
    assert noted(scene) == 1
    assert [str(event["stands"]).split(":")[0] for event in told(scene, line)] == ["excluded", "under_warranty"]


def test_a_defect_that_was_withdrawn_is_told_of_on_its_issued_line(session: Session) -> None:
    scene = make_scene(session)
    line = scene.issued()
    inspector = person("inspector-1", Role.INSPECTOR, scene.customer.id)
    withdraw_defect(session, inspector, WithdrawDefect(line.defect_id, "a shadow"), today=LATER)
    assert noted(scene) == 1
    (event,) = told(scene, line)
    assert (event["stands"], event["parts"]) == ("withdrawn", [])


def test_a_withdrawn_line_is_past(session: Session) -> None:
    scene = make_scene(session)
    scene.does(scene.issued(), Action.WITHDRAW)
    dig(scene)
    assert noted(scene) == 0
