"""The page of a contract: what it is, where it works, until when it answers, what came of it; in three languages."""

import re
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from maps.samples import sample
from roads.db import transaction
from roads.domain.claims import Action
from roads.i18n import LANGUAGES, say
from roads.queries import pages
from roads.usecases import liability
from tests import status
from tests.api.pages import HOSTILE, TODAY, assert_inert, crowd, words_of, write_everywhere
from tests.claims import Scene, make_scene
from tests.factories import (
    make_acceptance,
    make_carriageway,
    make_carve_out,
    make_contract,
    make_distress,
    make_event,
    make_organisation,
    make_road,
    make_rule,
    make_section,
)


@pytest.fixture
def told(database: Engine, on_that_day: None) -> Scene:
    """A contract with everything that can happen to one: claims in three states, amendment, suspension, a later dig."""
    with transaction(database) as session:
        make_distress(session)
        scene = make_scene(session, value_tenge=Decimal("450000000.00"))
        make_event(session, scene.contract, kind="amendment", from_on=date(2023, 3, 1), months=48)
        make_event(session, scene.contract, kind="suspension", from_on=date(2023, 7, 1), to_on=date(2023, 7, 10))
        make_carve_out(session, scene.line, from_m=7000, to_m=7500, liable=make_organisation(session, name="Digger"))
        liability.refresh(session, contract_ids=[scene.contract.id], carriageway_ids=[scene.line.id])
        scene.issued(1500, today=date(2024, 5, 6))
        scene.does(
            scene.issued(2500, today=date(2024, 5, 7)), Action.REPORT_REPAIR, Action.VERIFY, today=date(2024, 5, 20)
        )
        scene.does(scene.issued(3500, today=date(2024, 5, 8)), Action.DO_BY_OTHERS, today=date(2024, 5, 21))
        scene.defect(4500, detected_on=date(2024, 5, 30))
        session.execute(text("UPDATE contract SET is_monitored = true, designer_id = supervisor_id"))
        status.refresh(session, TODAY)
        return scene


def page_of(client: TestClient, language: str, contract: int, query: str = "") -> str:
    answer = client.get(f"/{language}/contracts/{contract}{query}")
    assert answer.status_code == 200
    return answer.text


def section_of(page: str, name: str) -> str:
    """What is read of one section of a page."""
    start = page.index(f'id="{name}-title"')
    return words_of("<main" + page[start : page.index("</section>", start)])


@pytest.mark.parametrize(
    ("language", "left", "value", "until"),
    [
        ("kk", "738 күн қалды", "450 000 000 теңге", "2026 ж. 11 маусым"),
        ("ru", "осталось 738 дней", "450 000 000 тенге", "11 июня 2026 г."),
        ("en", "738 days left", "450,000,000 tenge", "11 June 2026"),
    ],
)
def test_the_page_tells_what_the_contract_is_and_until_when_it_answers(
    client: TestClient, told: Scene, language: str, left: str, value: str, until: str
) -> None:
    page = page_of(client, language, told.contract.id)
    read = words_of(page).replace("\xa0", " ")
    for expected in (
        told.contract.number,
        told.customer.name,
        told.contractor.name,
        told.contractor.bin,
        left,
        value,
        until,
    ):
        assert expected in read
    for key in ("works.medium_repair", "contract.why_clock", "contract.answers_today", "term_from.amendment"):
        assert say(key, language) in read
    assert say("contract.change.suspension", language) in section_of(page, "changes")
    assert f'href="/api/v1/contracts/{told.contract.id}"' in page


def test_a_suspension_and_an_amendment_are_in_the_days(client: TestClient, told: Scene) -> None:
    parts = section_of(page_of(client, "en", told.contract.id), "parts")
    # 48 months after 1 June 2022, and the ten days of the suspension.
    assert "48 months by an amendment" in parts
    assert "11 June 2026" in parts


def test_changes_are_listed_with_their_days_and_places(client: TestClient, told: Scene) -> None:
    changes = section_of(page_of(client, "en", told.contract.id), "changes")
    assert "Term changed to 48 months" in changes
    assert "1 July 2023 10 July 2023" in changes
    assert "Digger" in changes
    assert "km 7+000 – 7+500" in changes


def test_the_stretch_that_somebody_else_answers_for_is_said(client: TestClient, told: Scene) -> None:
    assert "for 9.5 km; for the rest" in section_of(page_of(client, "en", told.contract.id), "parts")


def test_defects_are_counted_by_answer_and_state(client: TestClient, told: Scene) -> None:
    counted = section_of(page_of(client, "en", told.contract.id), "outcomes")
    assert re.search(r"Answer All overdue open closed fixed and verified under warranty 4 1 1 1 1$", counted)


def test_an_open_defect_under_warranty_is_drawn_as_on_the_map(client: TestClient, told: Scene) -> None:
    page = page_of(client, "en", told.contract.id)
    defects = page[page.index('id="defects"') : page.index('id="claims"')]
    assert defects.count(str(sample("defect.open_under_warranty"))) == 1
    assert defects.count(str(sample("defect.overdue"))) == 1


def test_claims_stand_with_their_states_and_deadlines(client: TestClient, told: Scene) -> None:
    page = page_of(client, "en", told.contract.id)
    claims = section_of(page, "claims")
    for state in ("issued", "verified", "done_by_others"):
        assert say(f"claim_state.{state}", "en") in claims
    assert "20 May 2024 14 days late" in claims


def test_what_others_cost_is_told(client: TestClient, told: Scene) -> None:
    assert "1,000 tenge" in section_of(page_of(client, "en", told.contract.id), "money")


def test_its_segments_are_linked_with_their_status(client: TestClient, told: Scene) -> None:
    page = page_of(client, "ru", told.contract.id)
    assert len(set(re.findall(r'href="/ru/segments/(\d+)"', page))) == 10
    assert say("map.status.overdue", "ru") in section_of(page, "segments")


def test_what_happened_stands_newest_first_and_names_nobody(client: TestClient, told: Scene) -> None:
    both = [page_of(client, "en", told.contract.id, query) for query in ("", "?timeline=2")]
    page = "".join(both)
    timeline = "".join(part[part.index('class="timeline"') :] for part in both)
    days = re.findall(r'<li class="[^"]+"><span class="on"><time datetime="([-0-9]+)"', timeline)
    assert days == sorted(days, reverse=True)
    assert (days[0], days[-1]) == ("2026-06-11", "2021-04-01")
    read = words_of("<main" + timeline)
    for key in ("claim.issue", "claim.report_repair", "claim.verify", "claim.do_by_others", "termination"):
        assert (say(f"timeline.{key}", "en") in read) == (key != "termination")
    for private in ("engineer-1", "builder-1", "urgent"):
        assert private not in page


def test_a_rule_is_named_as_the_source_of_the_term_and_as_unconfirmed(
    client: TestClient, database: Engine, on_that_day: None
) -> None:
    with transaction(database) as session:
        make_rule(session, months=36)
        line = make_carriageway(session, make_road(session))
        contract = make_contract(session, stated_term_months=None)
        make_acceptance(session, make_section(session, contract, line, from_m=0, to_m=4000), to_m=3000, from_m=0)
        liability.refresh(session, contract_ids=[contract.id])
    page = page_of(client, "en", contract.id)
    parts = section_of(page, "parts")
    assert "36 months by the term rule Basis: Made up for a test" in parts
    assert say("home.unconfirmed", "en") in parts
    assert "km 3+000 – 4+000" in parts
    assert say("contract.under_way", "en") in parts
    assert "rule in force on the day of signing (1 Apr 2021)" in section_of(page, "why")


def test_a_termination_ends_what_was_not_accepted(client: TestClient, database: Engine, on_that_day: None) -> None:
    with transaction(database) as session:
        line = make_carriageway(session, make_road(session))
        contract = make_contract(session)
        make_section(session, contract, line)
        make_event(session, contract, kind="termination", from_on=date(2023, 2, 1))
        liability.refresh(session, contract_ids=[contract.id])
    page = page_of(client, "en", contract.id)
    assert "ended 1 Feb 2023 without acceptance" in section_of(page, "parts")
    assert say("timeline.termination", "en") in words_of(page)
    assert say("contract.no_warranty_now", "en") in words_of(page)


def test_a_large_contract_is_asked_for_with_no_more_statements(
    client: TestClient, database: Engine, on_that_day: None, counted: list[object]
) -> None:
    with transaction(database) as session:
        make_distress(session)
        scene = make_scene(session)
        crowd(session, scene, 12)
        quiet = make_contract(session)
    page_of(client, "en", quiet.id)  # a new connection is prepared by statements of its own
    counted.clear()
    page_of(client, "en", quiet.id)
    few = len(counted)
    counted.clear()
    page_of(client, "en", scene.contract.id)
    assert few == len(counted) == 7


def test_segments_of_a_long_contract_come_in_parts(
    client: TestClient, told: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ROWS_OF_MANY_LISTS", 4)
    address, seen = f"/en/contracts/{told.contract.id}", []
    while address:
        page = client.get(address).text
        listed = page[page.index('id="segments"') : page.index('id="changes"')]
        seen += re.findall(r'href="/en/segments/(\d+)"', listed)
        following = re.search(r'rel="next" href="([^"#]+)', listed)
        address = f"/en/contracts/{told.contract.id}{following.group(1)}" if following else ""
    assert len(seen) == len(set(seen)) == 10


def test_hostile_names_are_inert(client: TestClient, told: Scene, database: Engine) -> None:
    with transaction(database, None) as session:
        write_everywhere(session, HOSTILE)
    for language in LANGUAGES:
        both = [page_of(client, language, told.contract.id, query) for query in ("", "?timeline=2")]
        assert "".join(both).count("\u202e") > 20
        for page in both:
            assert_inert(page)


def test_a_contract_that_is_not_there_has_a_page_that_says_so(client: TestClient) -> None:
    for language in LANGUAGES:
        answer = client.get(f"/{language}/contracts/999999")
        assert answer.status_code == 404
        assert say("page.not_found", language) in answer.text
    assert client.get("/de/contracts/1").status_code == 404


def test_a_copy_is_not_sent_again(client: TestClient, told: Scene) -> None:
    address = f"/en/contracts/{told.contract.id}"
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert "<script" not in first.text
    for language in LANGUAGES:
        assert (
            f'hreflang="{language}" href="http://127.0.0.1:8000/{language}/contracts/{told.contract.id}"' in first.text
        )
