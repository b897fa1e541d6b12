"""The page of a segment: complete without scripts, in three languages, and whatever people wrote stays text."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.domain.claims import Action
from roads.i18n import LANGUAGES, say
from roads.queries import pages
from roads.usecases import liability
from tests import status
from tests.api.pages import HOSTILE, TODAY, assert_inert, crowd, segment_at, words_of, write_everywhere
from tests.claims import make_scene
from tests.factories import (
    make_acceptance,
    make_carriageway,
    make_carve_out,
    make_contract,
    make_distress,
    make_organisation,
    make_road,
    make_section,
)


@dataclass(frozen=True)
class Shown:
    """A segment with an overdue claim, and the contract that answers for it."""

    segment: int
    contract: int
    number: str
    contractor: str
    claim: str


@pytest.fixture
def shown(database: Engine, on_that_day: None) -> Shown:
    """A road under warranty until 1 June 2025, with a pothole that was to be mended by 24 May."""
    with transaction(database) as session:
        make_distress(session)
        scene = make_scene(session, value_tenge=Decimal(900_000_000))
        line = scene.issued(1500, today=date(2024, 5, 6), severity="high")
        scene.does(line, Action.DISPUTE, Action.UPHOLD, today=date(2024, 5, 8))
        status.refresh(session, TODAY)
        number = session.scalars(text("SELECT number FROM claim")).one()
        segment = segment_at(session, scene.line, 1500)
        return Shown(segment, scene.contract.id, scene.contract.number, scene.contractor.name, number)


def page_of(client: TestClient, language: str, segment: int) -> str:
    answer = client.get(f"/{language}/segments/{segment}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("language", "left", "until", "late"),
    [
        ("kk", "363 күн қалды", "2025 ж. 1 маусым", "күнге кешікті"),
        ("ru", "осталось 363 дня", "1 июня 2025 г.", "опоздание"),
        ("en", "363 days left", "1 June 2025", "days late"),
    ],
)
def test_the_page_tells_who_answers_until_when_and_what_is_broken(
    client: TestClient, shown: Shown, language: str, left: str, until: str, late: str
) -> None:
    page = page_of(client, language, shown.segment)
    read = words_of(page)
    assert f'<html lang="{language}">' in page
    for expected in (shown.contractor, shown.number, shown.claim, left, until, late, "1+000 – 2+000", "1+500"):
        assert expected in read
    for key in ("map.status.overdue", "segment.why", "outcome.under_warranty", "severity.high", "claim_state.accepted"):
        assert say(key, language) in read
    assert f'href="/{language}/contracts/{shown.contract}"' in page
    assert f'href="/api/v1/segments/{shown.segment}"' in page
    assert re.search(rf'href="/{language}/map/status#map=14/[-.0-9]+/[-.0-9]+&amp;segment={shown.segment}"', page)


def test_the_page_tells_what_the_works_cost(client: TestClient, shown: Shown) -> None:
    read = words_of(page_of(client, "en", shown.segment))
    assert "900,000,000 tenge" in read
    assert "90,000,000 tenge" in read


def test_the_explanation_is_the_one_that_the_api_gives(client: TestClient, shown: Shown) -> None:
    segment = client.get(f"/api/v1/segments/{shown.segment}").json()
    told = client.get(f"{segment['why']}&on={TODAY}", headers={"Accept-Language": "ru"}).json()
    because = told["why"][0]["because"].replace("2022-06-01", "01.06.2022").replace("2025-06-01", "01.06.2025")
    assert because in words_of(page_of(client, "ru", shown.segment))


def test_every_language_is_an_alternate_and_the_switch_keeps_the_page(client: TestClient, shown: Shown) -> None:
    page = page_of(client, "ru", shown.segment)
    for language in LANGUAGES:
        address = f"/{language}/segments/{shown.segment}"
        assert f'<link rel="alternate" hreflang="{language}" href="http://127.0.0.1:8000{address}">' in page
        assert f'<a href="{address}" hreflang="{language}"' in page


def test_what_happened_is_told_newest_first_and_without_persons(client: TestClient, shown: Shown) -> None:
    page = page_of(client, "en", shown.segment)
    timeline = page[page.index('class="timeline"') :]
    days = re.findall(r'<li class="[^"]+"><span class="on"><time datetime="([-0-9]+)"', timeline)
    assert days == sorted(days, reverse=True)
    assert days[0] == "2025-06-01"
    read = words_of("<main" + timeline)
    for key in ("issue", "dispute", "uphold"):
        assert say(f"timeline.claim.{key}", "en") in read
    for private in ("engineer-1", "builder-1", "lorries", "because", "inspector"):
        assert private not in timeline


def test_a_segment_says_of_each_stretch_who_answers_and_where_nobody_does(
    client: TestClient, database: Engine, on_that_day: None
) -> None:
    with transaction(database) as session:
        line = make_carriageway(session, make_road(session))
        first = make_contract(session, number="A-1", stated_term_months=36)
        second = make_contract(session, number="B-2", stated_term_months=36)
        late = make_contract(session, number="C-3", stated_term_months=12, signed_on=date(2020, 1, 9))
        under_way = make_contract(session, number="D-4", signed_on=date(2024, 5, 1))
        for contract, from_m, to_m, accepted_on in (
            (first, 0, 400, date(2022, 6, 1)),
            (second, 300, 600, date(2023, 6, 1)),
            (late, 600, 700, date(2021, 6, 1)),
        ):
            section = make_section(session, contract, line, from_m=from_m, to_m=to_m)
            make_acceptance(session, section, accepted_on=accepted_on)
        make_section(session, under_way, line, from_m=800, to_m=1000)
        liability.refresh(session, contract_ids=[first.id, second.id, late.id, under_way.id])
        segment = segment_at(session, line, 100)
    page = page_of(client, "en", segment)
    why = page[page.index('id="why-title"') : page.index("</section>", page.index('id="why-title"'))]
    rows = [words_of("<main" + row) for row in why.split("<tr role")[2:]]
    assert [re.search(r"km (\S+ – \S+)", row).group(1) for row in rows] == [  # type: ignore[union-attr]
        "0+000 – 0+300",
        "0+300 – 0+600",
        "0+600 – 0+700",
        "0+700 – 0+800",
        "0+800 – 1+000",
    ]
    assert "A-1" in rows[0]
    assert "B-2" in rows[1]
    assert "A-1: covers this day too, but was accepted earlier" in rows[1]
    assert "the last warranty here ended on 1 Jun 2022" in rows[2]
    assert "ended 733 days ago" in rows[2]
    assert say("home.nobody", "en") in rows[3]
    assert "works under way since 1 May 2024" in rows[4]
    assert say("segment.nobody", "en") in words_of(page)


def test_a_crowded_segment_is_asked_for_with_no_more_statements(
    client: TestClient, database: Engine, on_that_day: None, counted: list[object]
) -> None:
    with transaction(database) as session:
        make_distress(session)
        scene = make_scene(session)
        crowd(session, scene, 12)
        quiet, crowded = (segment_at(session, scene.line, at_m) for at_m in (5500, 2500))
    page_of(client, "en", quiet)  # a new connection is prepared by statements of its own
    counted.clear()
    page_of(client, "en", quiet)
    few = len(counted)
    counted.clear()
    assert page_of(client, "en", crowded).count("/en/contracts/") > 24
    assert few == len(counted) == 6


def test_long_lists_come_in_parts_that_link_to_each_other(
    client: TestClient, database: Engine, on_that_day: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ROWS_OF_A_LIST", 5)
    with transaction(database) as session:
        make_distress(session)
        scene = make_scene(session)
        crowd(session, scene, 12)
        segment = segment_at(session, scene.line, 2500)
    address, seen = f"/en/segments/{segment}", []
    while address:
        page = client.get(address).text
        listed = page[page.index('id="defects"') : page.index('id="claims"')]
        seen += re.findall(r"<td[^>]*>\s*<time", listed)
        following = re.search(r'rel="next" href="([^"#]+)', listed)
        address = f"/en/segments/{segment}{following.group(1)}" if following else ""
    assert len(seen) == 12


def test_an_expired_warranty_says_when_it_ended_and_of_which_contract(
    client: TestClient, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.things.today", lambda _: date(2025, 6, 11))
    read = words_of(page_of(client, "en", shown.segment))
    assert say("segment.nobody", "en") in read
    assert say("segment.why_nobody", "en") in read
    assert "1 June 2025, ended 10 days ago" in read
    assert shown.number in read


def test_a_carve_out_names_who_answers_instead(client: TestClient, database: Engine, on_that_day: None) -> None:
    with transaction(database) as session:
        line = make_carriageway(session, make_road(session))
        make_carve_out(session, line, from_m=0, to_m=500, liable=make_organisation(session, name=HOSTILE))
        liability.refresh(session, carriageway_ids=[line.id])
        segment = segment_at(session, line, 100)
    page = page_of(client, "ru", segment)
    assert say("outcome.excluded", "ru") in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 3
    assert_inert(page)


def test_hostile_names_are_inert(client: TestClient, shown: Shown, database: Engine) -> None:
    with transaction(database, None) as session:
        write_everywhere(session, HOSTILE)
    for language in LANGUAGES:
        page = page_of(client, language, shown.segment)
        assert page.count("\u202e") > 10
        assert_inert(page)


def test_a_segment_that_is_not_there_has_a_page_that_says_so(client: TestClient) -> None:
    for language, number in product(LANGUAGES, ("999999", "0", "-1", "abc", "1.5", "99999999999999", "007", "<b>")):
        answer = client.get(f"/{language}/segments/{number}")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert say("page.not_found", language) in answer.text
        assert f'href="/{language}/"' in answer.text
        assert "<b>" not in answer.text


def test_a_segment_whose_carriageway_was_drawn_anew_is_not_there(client: TestClient, database: Engine) -> None:
    with transaction(database) as session:
        segment = segment_at(session, make_carriageway(session, is_retired=True), 100)
    answer = client.get(f"/en/segments/{segment}")
    assert answer.status_code == 404
    assert "drawn anew" in answer.text


def test_a_language_that_is_not_offered_is_not_found(client: TestClient, shown: Shown) -> None:
    assert client.get(f"/de/segments/{shown.segment}").status_code == 404


def test_a_copy_is_not_sent_again_and_nothing_else_is_loaded(client: TestClient, shown: Shown) -> None:
    address = f"/en/segments/{shown.segment}"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == client.get("/en/").headers["cache-control"]
    assert first.headers["content-security-policy"] == client.get("/en/").headers["content-security-policy"]
    assert "<script" not in first.text
    assert "style=" not in first.text


def test_a_link_with_odd_parameters_still_opens(client: TestClient, shown: Shown) -> None:
    for query in ("defects=x", "claims=-1", "timeline=99999999999999999", "contracts=9999999999", "utm_source=x"):
        assert client.get(f"/en/segments/{shown.segment}?{query}").status_code == 200
