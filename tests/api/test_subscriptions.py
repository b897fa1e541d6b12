"""Following by HTTP: what a form may ask for, what links of mails open, and what nobody learns."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from roads.i18n import LANGUAGES
from tests.api.pages import words_of
from tests.api.test_reports import village
from tests.api.village import Village

__all__ = ["village"]

EMAIL = "reader@example.kz"


@pytest.fixture(autouse=True)
def nobody_follows(village: Village, admin: Connection) -> Iterator[None]:
    yield
    village.change("UPDATE notice SET subscription_id = NULL WHERE subscription_id IS NOT NULL")
    village.change("DELETE FROM subscription")
    village.change("DELETE FROM letterbox_entry")


def asked(village: Village, email: str = EMAIL, **what: str) -> str | None:
    """Asked for on the page; the key of the mail, if one was written."""
    answer = village.post("/en/subscribe", email=email, **what)
    assert answer.status_code == 303, words_of(answer.text)
    return key_of(village, email)


def key_of(village: Village, email: str = EMAIL) -> str | None:
    found = village.rows("SELECT key FROM subscription WHERE email = :email ORDER BY id DESC", email=email)
    return str(found[0].key) if found else None


def ids(village: Village) -> tuple[str, str]:
    row = village.row(
        "SELECT w.road_id, c.contractor_bin FROM public_contract c JOIN contract_section s ON s.contract_id = c.id"
        " JOIN carriageway w ON w.id = s.carriageway_id LIMIT 1"
    )
    return str(row.road_id), str(row.contractor_bin)


def test_whatever_is_followed_is_named_asked_confirmed_and_ended(village: Village) -> None:
    road, contractor = ids(village)
    corners = "70.005 49.99\n70.005 50.01\n70.02 50.01"
    for number, (language, what) in enumerate(
        zip(
            (*LANGUAGES, "en"),
            (
                {"road": road},
                {"contractor": contractor},
                {"lat": "50", "lon": "70", "radius": "500"},
                {"area": corners},
            ),
            strict=True,
        )
    ):
        email = f"reader{number}@example.kz"
        form = village.client.get(f"/{language}/subscribe", params=what)
        assert form.status_code == 200
        village.client.cookies.clear()
        key = asked(village, email, **what)
        page = village.get(f"/{language}/subscriptions/{key}")
        assert page.status_code == 200
        assert email not in page.text
        assert village.post(f"/{language}/subscriptions/{key}", wish="weekly").headers["location"].endswith("confirmed")
        assert village.row("SELECT frequency, confirmed_at FROM subscription WHERE key = :key", key=key).confirmed_at
        assert village.post(f"/{language}/subscriptions/{key}", wish="end").status_code == 303
        assert key_of(village, email) is None
        assert village.get(f"/{language}/subscriptions/{key}?done=ended").status_code == 200
        assert village.get(f"/{language}/subscriptions/{key}").status_code == 404


def test_a_look_does_not_end_it_and_one_press_does(village: Village) -> None:
    key = asked(village, road=ids(village)[0])
    assert village.get(f"/unsubscribe/{key}").status_code == 307
    assert key_of(village) == key
    for _ in range(2):
        village.client.cookies.clear()
        answer = village.client.post(f"/unsubscribe/{key}", data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.text) == (200, "OK")
    assert key_of(village) is None
    assert village.client.post("/unsubscribe/nonsense").status_code == 200


def test_nobody_is_flooded_and_nobody_learns_who_was_asked(village: Village) -> None:
    answers = [village.post("/en/subscribe", email=EMAIL, lat="50", lon="70", radius=str(500 * n)) for n in range(1, 6)]
    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, "/en/subscribe?done=asked")}
    sent = village.row("SELECT count(*) AS n FROM notice WHERE kind = 'subscription_asked' AND address = :e", e=EMAIL)
    assert sent.n == 3


WRONG = [
    ({}, "Say what you want to follow"),
    ({"road": "999999"}, "999999"),
    ({"contractor": "000000000000"}, "000000000000"),
    ({"report": "AAAAAAAAAA"}, "AAAAAAAAAA"),
    ({"lat": "50", "lon": "70", "radius": "99"}, "between 100 and 50000"),
    ({"lat": "50", "lon": "north"}, "north"),
    ({"lat": "50", "lon": "1e3"}, "1e3"),
    ({"area": "70 50\n71 50"}, "from 3 to 100"),
    ({"area": "70 50\n70.1 50.1\n70.1 50\n70 50.1"}, "crosses itself"),
    ({"area": "70 50\n72 50\n72 52"}, "50 km across"),
    ({"area": '{"type": "Polygon", "coordinates": [[[1]]]}'}, "longitude and a latitude"),
    ({"area": "<script>alert(1)</script>"}, "longitude and a latitude"),
]


@pytest.mark.parametrize(("what", "told"), WRONG)
def test_what_is_wrong_is_said_with_what_was_typed(village: Village, what: dict[str, str], told: str) -> None:
    answer = village.post("/en/subscribe", email=EMAIL, **what)
    assert answer.status_code in (404, 422), answer.text
    assert told in words_of(answer.text)
    assert f'value="{EMAIL}"' in answer.text
    assert "<script>alert" not in answer.text
    assert key_of(village) is None


def test_a_form_of_a_machine_is_not_taken(village: Village) -> None:
    road = ids(village)[0]
    for fields in ({"form": village.form(ago_s=1)}, {"form": "x"}, {"website": "http://spam"}):
        answer = village.post("/en/subscribe", email=EMAIL, road=road, **fields)
        assert answer.status_code in (403, 429)
    assert key_of(village) is None


def test_whoever_reports_may_hear_what_becomes_of_it(village: Village) -> None:
    code = village.reported(4100, email=EMAIL)
    key = key_of(village)
    assert f"Report {code}" in words_of(village.get(f"/en/subscriptions/{key}").text)
    assert EMAIL not in village.as_engineer("GET", "/en/desk/reports").text
    assert village.send(4200, email="no address").status_code == 422


def test_an_area_of_geojson_is_taken(village: Village) -> None:
    ring = "[[70.0,49.99],[70.02,49.99],[70.02,50.01],[70.0,49.99]]"
    key = asked(village, area=f'{{"type":"Feature","geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}')
    assert re.search("3 corners", words_of(village.get(f"/en/subscriptions/{key}").text))


def test_an_administrator_does_not_read_the_address(village: Village) -> None:
    asked(village, road=ids(village)[0])
    page = village.as_engineer("GET", "/en/desk/outbox?box=waiting", who="administrator").text
    assert EMAIL not in page
    assert "r…@example.kz" in page
