"""Desks: each shows what waits for whoever looks, in the order of money and time, and lets them do it."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import Role, transaction
from roads.domain.actors import OPERATOR
from roads.domain.claims import Action
from roads.queries import desk
from roads.queries.desk import WaitsFor
from roads.usecases.attribution import AttributeDefects, PlaceDefects, attribute_defects, place_defects
from roads.usecases.liability import refresh
from tests.api.office import Office, make_office, today
from tests.claims import Scene
from tests.factories import make_carriageway, make_defect, make_road, point_beside


@pytest.fixture
def office(database: Engine) -> Office:
    return make_office(database)


def page(client: TestClient, office: Office, who: str, path: str = "desk", language: str = "en") -> str:
    shown, _ = office.browser(who)
    client.cookies.clear()
    answer = client.get(f"/{language}/{path}", headers=shown, follow_redirects=False)
    assert answer.status_code == 200
    return answer.text


def send(client: TestClient, office: Office, who: str, path: str, **form: str):  # type: ignore[no-untyped-def]
    shown, token = office.browser(who)
    client.cookies.clear()
    return client.post(f"/en/{path}", data={"token": token, **form}, headers=shown, follow_redirects=False)


def section(written: str, key: str) -> str:
    """What stands in one section of a desk."""
    return written.split(f'aria-labelledby="{key}"')[1].split("</section>", maxsplit=1)[0]


def ends_within(office: Office, days: int) -> None:
    """The warranty ends so many days from now."""
    with transaction(office.engine) as session:
        session.execute(text("UPDATE contract SET value_tenge = 1000000 WHERE id = :id"), {"id": office.contract_id})
        session.execute(
            text("UPDATE acceptance SET accepted_on = :on"),
            {"on": today() + timedelta(days=days) - timedelta(days=1096)},
        )
        refresh(session, contract_ids=[office.contract_id])


def does(office: Office, line_id: int, *actions: Action) -> None:
    with transaction(office.engine) as session:
        scene = Scene.of_contract(session, office.contract_id)
        scene.does(scene.line_of_id(line_id), *actions, today=today())


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("who", ["engineer", "builder", "auditor"])
def test_an_empty_desk_says_so(client: TestClient, office: Office, who: str, language: str) -> None:
    assert "<h1>" in page(client, office, who, language=language)


def test_a_warranty_that_ends_over_an_unclaimed_defect_is_the_first_thing_an_engineer_sees(
    client: TestClient, office: Office
) -> None:
    ends_within(office, 40)
    draft = office.drafted()
    written = page(client, office, "engineer")
    assert written.index('aria-labelledby="ending"') < written.index('aria-labelledby="drafts"')
    assert f'href="/en/claims/{draft.claim_id}"' in section(written, "ending")
    send(client, office, "engineer", "desk/issue", **{f"claim-{draft.claim_id}": "1"})
    assert "Nothing waits here" in section(page(client, office, "engineer"), "ending")


@pytest.mark.parametrize(("days", "is_shown"), [(90, True), (91, False)])
def test_it_is_shown_for_ninety_days(office: Office, days: int, *, is_shown: bool) -> None:
    ends_within(office, days)
    office.drafted()
    with transaction(office.engine, Role.APP, office.signed_in("engineer").signed_in.actor) as session:
        assert bool(desk.ending_warranties(session, today()).rows) is is_shown


def test_more_money_for_each_day_left_comes_first(office: Office) -> None:
    ends_within(office, 800)
    with transaction(office.engine) as session:
        scene = Scene.of_contract(session, office.contract_id)
        small = scene.defect(1000, to_m=1010, detected_on=today())
        large = scene.defect(3000, to_m=3500, detected_on=today() - timedelta(days=1))
        scene.draft(today())
        claims = [scene.line_of(defect).claim_id for defect in (large, small)]
    with transaction(office.engine, Role.APP, office.signed_in("engineer").signed_in.actor) as session:
        drafts = desk.waiting_drafts(session, today())
    assert [row.claim_id for row in drafts.rows] == claims
    # 500 m and 10 m of the contract's 10 km, which cost a million.
    assert [int(row.tenge) for row in drafts.rows] == pytest.approx([50_000, 1_000], abs=20)


def test_ticked_drafts_are_issued_and_what_cannot_be_is_said(client: TestClient, office: Office) -> None:
    drafts = [office.drafted(1000), office.drafted(3000, on=today() - timedelta(days=1))]
    ticked = {f"claim-{draft.claim_id}": "1" for draft in drafts}
    answer = send(client, office, "engineer", "desk/issue", **ticked, **{"claim-999999": "1"})
    assert answer.status_code == 200
    assert "2 claims were issued" in answer.text
    assert "999999" in answer.text.split('role="alert"')[1]
    assert send(client, office, "builder", "desk/issue", **ticked).status_code in (403, 404)


def test_lines_wait_for_whoever_has_the_turn(office: Office) -> None:
    disputed, repaired, owed, asking = (office.issued(at) for at in (1000, 3000, 5000, 7000))
    does(office, disputed.id, Action.DISPUTE)
    does(office, repaired.id, Action.REPORT_REPAIR)
    does(office, asking.id, Action.ASK_JOINT_VISIT)
    for who in ("engineer", "builder"):
        with transaction(office.engine, Role.APP, office.signed_in(who).signed_in.actor) as session:
            lines = desk.waiting_lines(session, today(), list(WaitsFor))
            late = desk.waiting_lines(session, today() + timedelta(days=100), list(WaitsFor))
        waiting = {kind: {row.id for row in found.rows} for kind, found in lines.items()}
        assert waiting == {
            WaitsFor.ANSWER: {disputed.id, asking.id},
            WaitsFor.VERIFICATION: {repaired.id},
            WaitsFor.OVERDUE: set(),
            WaitsFor.OWED: {owed.id},
        }
        assert {row.id for row in late[WaitsFor.OVERDUE].rows} == {owed.id}


def test_a_visit_that_has_its_day_waits_for_nobody(office: Office) -> None:
    line = office.issued()
    does(office, line.id, Action.ASK_JOINT_VISIT, Action.SET_JOINT_VISIT)
    with transaction(office.engine, Role.APP, office.signed_in("engineer").signed_in.actor) as session:
        assert desk.waiting_lines(session, today(), [WaitsFor.ANSWER])[WaitsFor.ANSWER].total == 0


def test_the_portal_shows_the_contractor_its_lines_and_its_scorecard(client: TestClient, office: Office) -> None:
    line = office.issued()
    written = page(client, office, "builder")
    assert f"/en/claims/{line.claim_id}#line-{line.number}" in section(written, "owed")
    assert "km-years" in section(written, "card-title")
    assert "/en/claims/" not in page(client, office, "stranger")


def test_the_scorecard_keeps_what_is_open_and_overdue_among_all(office: Office) -> None:
    lines = [office.issued(at) for at in (1000, 3000, 5000)]
    does(office, lines[0].id, Action.REPORT_REPAIR, Action.VERIFY)
    does(office, lines[1].id, Action.WITHDRAW)
    actor = office.signed_in("builder").signed_in.actor
    with transaction(office.engine, Role.APP, actor) as session:
        now = desk.scorecard(session, actor.organisation_id or 0, today())
        later = desk.scorecard(session, actor.organisation_id or 0, today() + timedelta(days=200))
    assert (now.lines, now.withdrawn, now.verified, now.on_time.whole) == (3, 1, 1, 0)
    assert (later.on_time.part, later.on_time.whole, later.overdue) == (1, 2, 1)
    assert (now.eliminated.part, now.eliminated.whole) == (1, 2)
    # Ten kilometres, for the whole year: it was accepted 400 days ago.
    assert float(now.defects.exposure) == pytest.approx(10 * 365 / 365.25, rel=0.01)
    assert now.defects.events == 3


# --- a place in doubt


@pytest.fixture
def doubtful(office: Office) -> tuple[int, int]:
    """A defect between two roads, and the other road's carriageway."""
    with transaction(office.engine) as session:
        other = make_carriageway(session, make_road(session, kato="11"), lat=50.0002)
        lon, lat = point_beside(2000, lat=50.0001)
        defect = make_defect(session, lon=lon, lat=lat, detected_on=today(), gps_accuracy_m=20)
        touched = place_defects(session, OPERATOR, PlaceDefects([defect.id], 30))
        attribute_defects(session, OPERATOR, AttributeDefects(touched))
        return defect.id, other.id


def test_a_place_in_doubt_is_settled_with_a_reason_and_answered_at_once(
    client: TestClient, office: Office, doubtful: tuple[int, int]
) -> None:
    defect, other = doubtful
    with transaction(office.engine) as session:
        asked = text("SELECT DISTINCT outcome FROM standing_answer WHERE defect_id = :id")
        assert session.scalars(asked, {"id": defect}).all() == ["needs_review"]
        own = Scene.of_contract(session, office.contract_id).line.id
    assert f"/en/desk/defects/{defect}" in section(page(client, office, "engineer"), "reviews")
    written = page(client, office, "engineer", f"desk/defects/{defect}")
    assert {f'value="{own}"', f'value="{other}"'} <= set(written.split())
    assert written.count('class="road road-') == 2
    path = f"desk/defects/{defect}"
    assert send(client, office, "engineer", path, carriageway=str(own), note=" ").status_code == 422
    assert send(client, office, "auditor", path, carriageway=str(own), note="seen").status_code == 403
    done = send(client, office, "engineer", path, carriageway=str(own), note="I stood there")
    assert (done.status_code, done.headers["location"]) == (303, "/en/desk#reviews")
    with transaction(office.engine) as session:
        assert session.scalars(asked, {"id": defect}).all() == ["under_warranty"]


def test_a_defect_off_every_road_stands_on_the_desk_and_says_that_nothing_is_near(
    client: TestClient, office: Office
) -> None:
    with transaction(office.engine) as session:
        defect = make_defect(session, lon=60.0, lat=45.0, detected_on=today())
        place_defects(session, OPERATOR, PlaceDefects([defect.id], 30))
        attribute_defects(session, OPERATOR, AttributeDefects([], off_network=True))
    assert f"/en/desk/defects/{defect.id}" in section(page(client, office, "engineer"), "reviews")
    assert "no road within 100 m" in page(client, office, "engineer", f"desk/defects/{defect.id}")
