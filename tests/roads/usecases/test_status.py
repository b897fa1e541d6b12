"""The status of segments: the first that applies, changed by deeds and by the date, written only where it changed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR, Role, person
from roads.domain.claims import Action
from roads.domain.errors import NotAllowed
from roads.domain.inspections import InspectionKind, InspectionOutcome
from roads.sql import statement
from roads.usecases.claims_overdue import FlagLostWarranties, flag_lost_warranties
from roads.usecases.inspections import RecordInspection, record_inspection
from roads.usecases.liability import refresh as build_liability
from roads.usecases.status import refresh_status
from tests.claims import TODAY, Scene, make_scene
from tests.factories import cm, make_acceptance, make_contract, make_section
from tests.imports import versions
from tests.network import feature, take_network
from tests.status import (
    EVERYWHERE,
    assert_kept_is_right,
    counts,
    kept,
    kept_defects,
    refresh,
    status_at,
)

DAY = timedelta(days=1)
LAST_DAY = date(2025, 6, 1)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


def inspect(
    scene: Scene, on: date = TODAY, *, to_m: float | None = None, outcome: str = "no_defect_found", name: str = "1"
) -> None:
    inspector = person("inspector-1", Role.INSPECTOR, scene.customer.id)
    record_inspection(
        scene.session,
        inspector,
        RecordInspection(
            "test",
            name,
            scene.line.source_id,
            None if to_m is None else 0,
            None if to_m is None else cm(to_m),
            InspectionKind.SPRING,
            on,
            InspectionOutcome(outcome),
        ),
        today=max(on, TODAY),
    )


def status(scene: Scene, at_m: float = 1500, today: date = TODAY) -> str:
    """The status there on a day, after what is dirty was refreshed; what is kept is right everywhere."""
    refresh(scene.session, today)
    assert_kept_is_right(scene.session, today)
    return status_at(scene.session, scene.line.id, at_m)


# --- the first that applies


def test_without_an_inspection_nothing_is_known_and_nothing_is_called_sound(scene: Scene) -> None:
    assert status(scene) == "unknown"
    inspect(scene, outcome="not_completed")
    assert status(scene) == "unknown"


def test_inspected_and_without_a_defect_it_is_sound_under_warranty_until_the_last_day(scene: Scene) -> None:
    inspect(scene, LAST_DAY)
    assert status(scene, today=LAST_DAY) == "sound_under_warranty"
    assert status(scene, today=LAST_DAY + DAY) == "sound"


def test_an_inspection_counts_for_twelve_months_to_the_day(scene: Scene) -> None:
    inspect(scene, date(2023, 6, 10))
    assert status(scene, today=date(2024, 6, 10)) == "sound_under_warranty"
    assert status(scene, today=date(2024, 6, 11)) == "unknown"


def test_an_inspection_counts_where_it_saw_the_middle(scene: Scene) -> None:
    inspect(scene, to_m=2400)
    assert [status(scene, at_m) for at_m in (500, 1500, 2400)] == ["sound_under_warranty"] * 2 + ["unknown"]
    inspect(scene, to_m=2600, name="2")
    assert status(scene, 2400) == "sound_under_warranty"


def test_works_under_way_come_before_what_an_inspection_saw(scene: Scene) -> None:
    inspect(scene)
    works = make_contract(scene.session, signed_on=TODAY, contractor=scene.contractor)
    section = make_section(scene.session, works, scene.line, from_m=1000, to_m=2000)
    build_liability(scene.session, contract_ids=[works.id])
    assert [status(scene, at_m) for at_m in (1500, 2500)] == ["works_under_way", "sound_under_warranty"]
    assert scene.session.scalar(text("SELECT count(*) FROM works_under_way")) == 1
    make_acceptance(scene.session, section, accepted_on=TODAY + 30 * DAY)
    build_liability(scene.session, contract_ids=[works.id])
    assert status(scene, today=TODAY + 29 * DAY) == "works_under_way"
    assert status(scene, today=TODAY + 30 * DAY) == "sound_under_warranty"
    assert scene.session.scalar(text("SELECT count(*) FROM works_under_way")) == 0


def test_an_open_defect_comes_before_works(scene: Scene) -> None:
    inspect(scene)
    scene.defect(1500)
    assert [status(scene, at_m) for at_m in (1500, 2500)] == ["open_under_warranty", "sound_under_warranty"]


def test_a_defect_for_which_nobody_answers_under_warranty_is_open(scene: Scene) -> None:
    scene.defect(1500, detected_on=date(2022, 5, 31))
    assert status(scene) == "open"


def test_a_stretch_counts_on_every_segment_it_touches(scene: Scene) -> None:
    scene.defect(1500, to_m=3500)
    assert status(scene) == "open_under_warranty"
    assert counts(scene.session) == {"open_under_warranty": 3, "unknown": 7}


def test_a_report_that_nobody_confirmed_changes_nothing(scene: Scene) -> None:
    scene.defect(1500, is_confirmed=False)
    assert status(scene) == "unknown"
    assert kept_defects(scene.session) == {}


# --- claims


def test_overdue_begins_the_day_after_the_deadline_by_the_date_alone(scene: Scene) -> None:
    line = scene.issued(1500)
    scene.does(line, Action.PATCH)
    assert status(scene, today=line.rectify_by or TODAY) == "open_under_warranty"
    assert status(scene, today=(line.rectify_by or TODAY) + DAY) == "overdue"


def test_an_unsafe_place_is_overdue_before_the_permanent_repair_is(scene: Scene) -> None:
    line = scene.issued(1500)
    assert status(scene, today=(line.safety_by or TODAY) + DAY) == "overdue"
    scene.does(line, Action.PATCH, today=(line.safety_by or TODAY) + DAY)
    assert status(scene, today=(line.safety_by or TODAY) + DAY) == "open_under_warranty"


def test_what_the_contractor_says_is_open_until_somebody_else_saw_it(scene: Scene) -> None:
    inspect(scene)
    line = scene.issued(1500)
    scene.does(line, Action.REPORT_REPAIR)
    assert status(scene) == "open_under_warranty"
    scene.does(line, Action.VERIFY)
    assert status(scene) == "sound_under_warranty"
    scene.does(line, Action.REOPEN)
    assert status(scene) == "open_under_warranty"


def test_a_lost_warranty_leaves_the_defect_open_without_one(scene: Scene) -> None:
    scene.defect(1500)
    assert status(scene) == "open_under_warranty"
    after = LAST_DAY + DAY
    flag_lost_warranties(scene.session, OPERATOR, FlagLostWarranties(), today=after)
    assert status(scene, today=after) == "open"


@pytest.mark.parametrize(
    ("actions", "state"),
    [
        ([], "claimed"),
        ([Action.DISPUTE], "claimed"),
        ([Action.REPORT_REPAIR], "contractor_says_fixed"),
        ([Action.REPORT_REPAIR, Action.VERIFY], "verified"),
        ([Action.DO_BY_OTHERS], "closed"),
        ([Action.CLOSE_WITHOUT_FIX], "closed"),
        ([Action.WITHDRAW], "open"),
    ],
)
def test_the_public_knows_what_is_being_done_about_a_defect(scene: Scene, actions: list[Action], state: str) -> None:
    line = scene.issued(1500)
    scene.does(line, *actions)
    refresh(scene.session, TODAY)
    assert kept_defects(scene.session)[line.defect_id][2:] == (state, "under_warranty")


def test_a_draft_is_nobodys_business(scene: Scene) -> None:
    defect = scene.defect(1500)
    scene.draft()
    refresh(scene.session, TODAY)
    assert kept_defects(scene.session)[defect.id][2] == "open"


def test_an_overdue_line_makes_its_defect_overdue_by_the_date_alone(scene: Scene) -> None:
    line = scene.issued(1500)
    refresh(scene.session, TODAY)
    refresh(scene.session, TODAY + 30 * DAY)
    assert kept_defects(scene.session)[line.defect_id][2] == "overdue"


# --- what is kept


def test_a_second_run_writes_nothing_and_makes_no_edition(scene: Scene) -> None:
    scene.issued(1500)
    assert refresh(scene.session, TODAY).edition == 1
    before = versions(scene.session)
    assert refresh(scene.session, TODAY).edition is None
    assert versions(scene.session) == before


def test_a_mark_makes_an_edition_even_where_no_status_became_another(scene: Scene) -> None:
    line = scene.issued(1500)
    assert refresh(scene.session, TODAY).edition == 1
    scene.does(line, Action.ACCEPT)
    done = refresh(scene.session, TODAY)
    assert (done.changed, done.edition) == (0, 2)


def test_only_the_segments_of_a_mark_are_looked_at(scene: Scene) -> None:
    line = scene.issued(1500)
    refresh(scene.session, TODAY)
    scene.does(line, Action.REPORT_REPAIR)
    assert refresh(scene.session, TODAY).segments == 1


def test_the_day_a_status_began_stays_while_it_does(scene: Scene) -> None:
    scene.defect(1500)
    refresh(scene.session, TODAY)
    scene.defect(1600)
    refresh(scene.session, TODAY + DAY)
    asked = "SELECT open_defects, status_on FROM segment_status WHERE status = 'open_under_warranty'"
    assert tuple(scene.session.execute(text(asked)).one()) == (2, TODAY)


def test_a_withdrawn_defect_leaves_map_and_count(scene: Scene) -> None:
    defect = scene.defect(1500)
    refresh(scene.session, TODAY)
    scene.session.execute(
        text("UPDATE defect SET withdrawn_on = :on, withdrawn_reason = 'none there' WHERE id = :id"),
        {"on": TODAY, "id": defect.id},
    )
    scene.session.execute(
        text("INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM carriageway WHERE id = :id"),
        {"id": scene.line.id},
    )
    assert status(scene) == "unknown"
    assert kept_defects(scene.session) == {}


def test_a_carriageway_in_use_no_more_has_no_status(scene: Scene) -> None:
    refresh(scene.session, TODAY)
    assert len(kept(scene.session)) == 10
    scene.session.execute(statement("network_retire"), {"carriageway_ids": [scene.line.id]})
    refresh(scene.session, TODAY)
    assert kept(scene.session) == {}


ROAD = {"source_id": "1", "reference": "A-3", "significance": "republican", "kato": "11"}
STREET = {"source_id": "2", "name": "Abay", "significance": "street"}


def test_a_network_that_is_drawn_anew_shows_only_what_is_in_use(session: Session) -> None:
    road, street = feature((0, 0), (1000, 0), (2000, 0), **ROAD), feature((0, 500), (500, 500), (900, 500), **STREET)
    take_network(session, road, street)
    assert refresh(session, TODAY).changed == 3
    redrawn = feature((0, 3), (1000, 45), (2000, 3), **ROAD)
    side = feature((500, 500), (500, 900), source_id="3", name="Lane", significance="street")
    take_network(session, redrawn, street, side)
    assert refresh(session, TODAY).edition == 2
    assert_kept_is_right(session, TODAY)
    in_use = "SELECT count(*) FROM segment s JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL"
    assert len(kept(session)) == session.scalar(text(in_use)) == 5
    take_network(session, redrawn, street, side)
    assert refresh(session, TODAY).edition is None


def test_only_a_job_refreshes(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        refresh_status(scene.session, scene.engineer, EVERYWHERE, today=TODAY)
