"""The first page, searches, and pages of roads, contractors and regions: what they tell, and that words stay words."""

import re
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from roads.db import transaction
from roads.domain.claims import Action
from roads.i18n import say
from tests.api.office import Office, make_office, today
from tests.claims import Scene
from tests.factories import make_region
from tests.status import refresh

HOSTILE = "ЖШС <img src=x onerror=alert(1)> ${alert(1)} `x` \N{RIGHT-TO-LEFT OVERRIDE}abc"

OVERDUE = """
    UPDATE claim_line SET clock_from = :begun, rectify_by = :due, rectify_by_before_winter = NULL WHERE id = :id
"""


@pytest.fixture
def office(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A contract with three claimed defects: one verified, one owed, one overdue; in a region, on a road A-3."""
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)
    office = make_office(database)
    lines = [office.issued(at) for at in (1000, 3000, 5000)]
    with transaction(database) as session:
        session.execute(
            text("UPDATE road SET reference = 'A-3', name_kk = 'Сарыжол', name_ru = 'Сарыжол', kato = '11'")
        )
        scene = Scene.of_contract(session, office.contract_id)
        scene.does(scene.line_of_id(lines[0].id), Action.REPORT_REPAIR, Action.VERIFY, today=today())
        late = {"id": lines[2].id, "due": today() - timedelta(days=12), "begun": today() - timedelta(days=40)}
        session.execute(text(OVERDUE), late)
        refresh(session, today())
    return office


def words(client: TestClient, path: str) -> str:
    """What a page says, without markup."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"<(script|svg).*?</\1>|<[^>]+>|\s+", " ", answer.text, flags=re.DOTALL)


def ids(office: Office) -> dict[str, str]:
    """What stands in the addresses of pages."""
    with transaction(office.engine) as session:
        found = session.execute(
            text("""
                SELECT w.road_id AS road, c.contractor_bin AS contractor, c.contractor AS name, c.number
                FROM public_contract c
                JOIN contract_section s ON s.contract_id = c.id
                JOIN carriageway w ON w.id = s.carriageway_id
                WHERE c.id = :id
            """),
            {"id": office.contract_id},
        ).one()
    return {name: str(value) for name, value in found._asdict().items()}


def test_the_first_page_shows_what_was_mended_and_what_is_overdue(client: TestClient, office: Office) -> None:
    page = words(client, "/en/")
    assert "1 of 3" in page
    assert say("home.no_photo", "en") in page
    assert "12 days late" in page
    assert 'data-live="/en/map/status?embed=1"' in client.get("/en/").text


@pytest.mark.parametrize("typed", ["A-3", "А 3", "а3", "сарыжол", "САРЫ"])
def test_a_road_is_found_whatever_the_keyboard(client: TestClient, office: Office, typed: str) -> None:
    page = client.get("/kk/search", params={"q": typed}).text
    assert f'href="/kk/roads/{ids(office)["road"]}"' in page


def test_contracts_contractors_and_regions_are_found(client: TestClient, office: Office) -> None:
    known = ids(office)
    by_number = client.get("/ru/search", params={"q": known["number"]}).text
    assert f'href="/ru/contracts/{office.contract_id}"' in by_number
    for typed in (known["contractor"], known["name"]):
        assert f'href="/ru/contractors/{known["contractor"]}"' in client.get("/ru/search", params={"q": typed}).text
    assert 'href="/ru/regions/11"' in client.get("/ru/search", params={"q": "11"}).text


def test_a_town_is_found_whatever_the_keyboard_and_leads_to_its_place(client: TestClient) -> None:
    for typed in ("Өскемен", "оскемен", "Oskemen", "усть каменогорск", "ӨСКЕ", "Oскемен"):
        page = unescape(client.get("/ru/search", params={"q": typed}).text)
        assert 'href="/ru/map/status#map=12/49.9714/82.6059"' in page, typed
        assert "ничего не найдено" not in page
    (town,) = client.get("/api/v1/towns", params={"search": typed}).json()["items"]
    assert (town["names"]["kk"], town["lat"]) == ("Өскемен", 49.9714)
    place = "lat=49.9714&lon=82.6059"
    for address, told in (
        (f"/ru/report?{place}", "report.no_road_here"),
        (f"/ru/subscribe?{place}&radius=5000", "follow.lead"),
    ):
        assert f'href="{address}"' in page
        assert say(told, "ru") in client.get(address).text


@pytest.mark.parametrize("typed", ["43.25, 76.95", "43.25 76.95", "43.25,76.95"])
def test_a_coordinate_leads_to_who_answers_there(client: TestClient, typed: str) -> None:
    answer = client.get("/en/search", params={"q": typed}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/here?lat=43.25&lon=76.95")
    there = re.sub(r" +", " ", words(client, answer.headers["location"]))
    assert "There is no road of the network near 43.25000 , 76.95000 ." in there


@pytest.mark.parametrize("typed", ["", "   ", "(((", "\\", "'; DROP TABLE road; --", "%", "ә" * 5000])
def test_whatever_is_typed_finds_nothing_or_something_and_never_fails(client: TestClient, typed: str) -> None:
    assert client.get("/en/search", params={"q": typed}).status_code == 200


@pytest.mark.parametrize("place", ["lat=91&lon=0", "lat=x&lon=1", "", "lat=nan&lon=nan", "lat=inf&lon=0"])
def test_what_is_no_place_is_said_to_be_none(client: TestClient, place: str) -> None:
    assert say("here.nowhere", "en") in words(client, f"/en/here?{place}")


def test_a_road_tells_its_status_its_contracts_and_what_is_overdue(client: TestClient, office: Office) -> None:
    known = ids(office)
    page = words(client, f"/en/roads/{known['road']}")
    assert known["number"] in page
    assert "12 days late" in page
    assert say("map.status.overdue", "en") in page
    assert "road=A-3" in client.get(f"/en/roads/{known['road']}").text


def test_a_contractor_is_shown_with_what_each_figure_is_made_of(client: TestClient, office: Office) -> None:
    known = ids(office)
    page = words(client, f"/en/contractors/{known['contractor']}")
    # On time: of one deadline that has passed none was kept; the open one stays in the whole.
    for figure in ("0 of 1", "1 of 3", "95 % confidence"):
        assert figure in page, figure
    assert "12 days late" in page
    assert f"/en/contractors/{known['contractor']}" in client.get("/en/contractors").text


def test_a_region_lists_its_roads_and_a_region_without_roads_says_so(client: TestClient, office: Office) -> None:
    assert "Сарыжол" in words(client, "/ru/regions/11")
    with transaction(office.engine) as session:
        make_region(session, "12")
    assert say("region.no_roads", "ru") in words(client, "/ru/regions/12")


def test_regions_stand_in_the_order_of_the_readers_alphabet(client: TestClient, database: Engine) -> None:
    names = {
        "12": ("Ұлытау", "Улытау", "Ulytau"),
        "13": ("Алматы", "Алматы", "Almaty"),
        "14": ("Ақмола", "Акмола", "Akmola"),
        "15": ("Үлгі", "Эталон", "Model"),
    }
    with transaction(database) as session:
        for kato, (kk, ru, en) in names.items():
            one = make_region(session, kato)
            one.name_kk, one.name_ru, one.name_en = kk, ru, en
    told = {}
    for language in ("kk", "ru", "en"):
        page = client.get(f"/{language}/regions").text
        told[language] = [kato for _, kato in sorted((page.index(f"/regions/{kato}"), kato) for kato in names)]
    # By their codes alone Kazakh letters stand behind all Russian ones: Ұлытау would be the last, Ақмола after Алматы.
    assert told == {"kk": ["14", "13", "12", "15"], "ru": ["14", "13", "12", "15"], "en": ["14", "13", "15", "12"]}


@pytest.mark.parametrize(
    "path", ["/en/roads/0", "/en/roads/x", "/en/contractors/1", "/en/contractors/abc", "/en/regions/98"]
)
def test_what_is_not_there_has_a_page_that_says_so(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert say("page.not_found", "en") in answer.text


def test_names_of_parties_stay_words_wherever_they_are_shown(client: TestClient, office: Office) -> None:
    with transaction(office.engine) as session:
        session.execute(text("UPDATE organisation SET name = :name"), {"name": HOSTILE})
        session.execute(text("UPDATE road SET name_ru = :name, name_kk = :name"), {"name": HOSTILE})
        session.execute(
            text("UPDATE contract SET number = :name WHERE id = :id"), {"name": HOSTILE, "id": office.contract_id}
        )
        refresh(session, today())
    known = ids(office)
    paths = ["/ru/", "/ru/search?q=ЖШС", "/ru/contractors", f"/ru/contractors/{known['contractor']}", "/ru/indicators"]
    paths += [f"/ru/roads/{known['road']}", "/ru/regions/11", "/ru/overdue"]
    for path in paths:
        page = client.get(path).text
        assert "onerror=alert(1)&gt;" in page, path
        assert "<img src=x" not in page, path
        # A mark that turns the direction of writing turns nothing but the name it stands in.
        outside = re.sub(r"<bdi[^>]*>.*?</bdi>|<svg.*?</svg>|<title>.*?</title>|<meta[^>]*>|title=\"[^\"]*\"", "", page)
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in outside, path


def test_an_address_of_which_there_is_no_page_is_answered_with_a_page_for_people(client: TestClient) -> None:
    answer = client.get("/ru/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert 'action="/ru/search"' in answer.text
    assert client.get("/ru/nowhere").headers["content-type"] == "application/problem+json"
