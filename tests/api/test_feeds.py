"""Feeds and calendars: what is new and what ends, whatever people call their roads and contracts."""

from datetime import timedelta
from xml.etree import ElementTree as ET

from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.domain.claims import Action
from tests import status
from tests.api.office import make_office, today
from tests.api.pages import HOSTILE, write_everywhere
from tests.claims import Scene
from tests.factories import make_distress

ATOM = "{http://www.w3.org/2005/Atom}"
WORDS = f"{HOSTILE}\x0b; a, b\\\nBEGIN:VEVENT"


def test_who_follows_a_road_a_contractor_or_a_region_reads_what_is_new(client: TestClient, database: Engine) -> None:
    office = make_office(database)
    line = office.issued(1000)
    with transaction(database) as session:
        make_distress(session)
        scene = Scene.of_contract(session, office.contract_id)
        scene.does(line, Action.REPORT_REPAIR, Action.VERIFY, today=today())
        scene.defect(3000, detected_on=today() - timedelta(days=1))
        session.execute(text("UPDATE carriageway SET kato = '11'"))
        write_everywhere(session, WORDS)
        session.execute(text("UPDATE road SET reference = 'A-3'"))
        status.refresh(session, today())
    builder = office.bins["builder"]
    for query in ("", "?road=%D0%90-3", f"?contractor={builder}", "?region=11"):
        answer = client.get(f"/en/feed.atom{query}")
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        feed = ET.fromstring(answer.content)  # noqa: S314
        titles = [one.findtext(f"{ATOM}title", "") for one in feed.findall(f"{ATOM}entry")]
        assert [title.partition(":")[0] for title in titles] == ["New defect", "Repair verified", "New defect"]
        assert all("<img src=x" in title and "\x0b" not in title for title in titles)
        assert b"<img" not in answer.content
    for query in ("?road=A-4", "?contractor=990000000009", "?region=75"):
        feed = ET.fromstring(client.get(f"/kk/feed.atom{query}").content)  # noqa: S314
        assert feed.findall(f"{ATOM}entry") == []
    again = client.get("/en/feed.atom", headers={"If-None-Match": client.get("/en/feed.atom").headers["etag"]})
    assert again.status_code == 304


def test_the_days_on_which_warranties_end_go_into_a_calendar(client: TestClient, database: Engine) -> None:
    office = make_office(database)
    with transaction(database) as session:
        write_everywhere(session, WORDS)
        ends_on = session.scalars(text("SELECT ends_on FROM warranty")).one()
    answer = client.get(f"/ru/warranties.ics?contractor={office.bins['builder']}")
    lines = answer.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    whole = answer.content.replace(b"\r\n ", b"").decode().split("\r\n")
    assert whole.count("BEGIN:VEVENT") == 1
    assert f"DTSTART;VALUE=DATE:{ends_on:%Y%m%d}" in whole
    (summary,) = [one for one in whole if one.startswith("SUMMARY:")]
    assert "\\; a\\, b\\\\\\nBEGIN:VEVENT" in summary
    assert ends_on > today()
    assert client.get("/ru/warranties.ics").status_code == 404
