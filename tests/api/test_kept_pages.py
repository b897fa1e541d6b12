"""Public pages are written once for all who ask, and anew as soon as a fact of theirs has changed."""

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from api.keeping import Kept
from api.kept_pages import KeptPage
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.contracts import ContractKey
from roads.sql import numbered_statement
from roads.usecases.monitoring import MonitorContract, monitor_contract
from tests.api.conftest import Told


@pytest.fixture(autouse=True)
def known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


def kept_by(client: TestClient) -> Kept[KeptPage]:
    app: Any = client.app
    pages: Kept[KeptPage] = app.state.kept_pages
    return pages


def monitor(database: Engine, told: Told) -> None:
    """Record something."""
    with transaction(database) as session:
        bin_ = session.scalar(text("SELECT customer_bin FROM public_contract WHERE id = :id"), {"id": told.contract})
        monitor_contract(session, OPERATOR, MonitorContract(ContractKey(bin_ or "", "2023-118")))


def test_a_page_is_written_once_and_anew_when_something_was_recorded(
    client: TestClient, told: Told, database: Engine
) -> None:
    first = client.get("/en/indicators")
    kept = kept_by(client).size
    assert kept == len(first.content)
    assert client.get("/en/indicators").content == first.content
    assert kept_by(client).size == kept
    monitor(database, told)
    assert client.get("/en/indicators").content != first.content


def test_it_is_sent_compressed_to_who_takes_that_and_not_to_who_has_it(client: TestClient, told: Told) -> None:
    plain = client.get(f"/en/segments/{told.segment}", headers={"Accept-Encoding": "identity"})
    small = client.get(f"/en/segments/{told.segment}", headers={"Accept-Encoding": "gzip"})
    assert (small.headers["content-encoding"], small.content) == ("gzip", plain.content)
    assert small.headers["etag"] != plain.headers["etag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": small.headers["etag"]}
    assert client.get(f"/en/segments/{told.segment}", headers=known).status_code == 304
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("path", ["/en/segments/999999", "/en/roads/x", "/en/?road=A-1", f"/en/search?q={'a' * 300}"])
def test_what_is_no_page_or_asked_by_nobody_else_is_not_kept(client: TestClient, told: Told, path: str) -> None:
    client.get(path, follow_redirects=False)
    assert kept_by(client).size == 0


def test_the_day_is_part_of_what_a_page_is_kept_by(
    client: TestClient, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(f"/en/segments/{told.segment}").content
    for module in ("api.kept_pages", "api.pages.things"):
        monkeypatch.setattr(f"{module}.today", lambda _request: date(2031, 1, 1))
    assert client.get(f"/en/segments/{told.segment}").content != first


def test_what_a_thing_tells_is_asked_once_for_all_languages_and_anew_when_something_was_recorded(
    client: TestClient, told: Told, database: Engine, asked: list[object]
) -> None:
    version, _ = numbered_statement("public_version")

    def asks(path: str) -> bool:
        asked.clear()
        assert client.get(path).status_code == 200
        return any(statement != version for statement in asked)

    page = f"contracts/{told.contract}"
    assert asks(f"/en/{page}")
    assert not asks(f"/kk/{page}")
    assert not asks(f"/ru/{page}")
    assert asks(f"/kk/{page}?timeline=2")
    monitor(database, told)
    assert asks(f"/kk/{page}")


@pytest.mark.parametrize("carried", ["n=17", "x=%3Cb%3E&order=name", "q=road"])
def test_what_a_page_does_not_know_makes_no_other_page_and_is_not_carried_on(
    client: TestClient, told: Told, carried: str
) -> None:
    page = f"/en/contracts/{told.contract}"
    plain = client.get(page).content
    assert client.get(f"{page}?{carried}").content == plain
    assert kept_by(client).size == len(plain)
    second = client.get(f"{page}?timeline=2").content
    assert second != plain
    assert client.get(f"{page}?{carried}&timeline=2").content == second


def test_what_a_social_network_hangs_on_an_address_makes_no_other_page(client: TestClient, told: Told) -> None:
    page = f"/en/segments/{told.segment}"
    plain = client.get(page)
    kept = kept_by(client).size
    for marks in ("fbclid=IwAR0x", "utm_source=telegram&utm_medium=social", "gclid=1&yclid=2", "igshid"):
        assert client.get(f"{page}?{marks}").content == plain.content, marks
    assert kept_by(client).size == kept
    second = client.get(f"{page}?timeline=2&fbclid=IwAR0x").content
    assert second == client.get(f"{page}?timeline=2").content
    assert b"fbclid" not in second
