"""Public pages are written once for all who ask, and anew as soon as a fact of theirs has changed."""

import gzip
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import editions
from api.kept_pages import KEPT_BYTES, KeptPages
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.contracts import ContractKey
from roads.usecases.monitoring import MonitorContract, monitor_contract
from tests.api.conftest import Told


@pytest.fixture(autouse=True)
def known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "KNOWN_FOR_S", 0.0)


def kept_by(client: TestClient) -> KeptPages:
    app: Any = client.app
    pages: KeptPages = app.state.kept_pages
    return pages


def test_a_page_is_written_once_and_anew_when_something_was_recorded(
    client: TestClient, told: Told, database: Engine
) -> None:
    first = client.get("/en/indicators")
    kept = kept_by(client).bytes_kept
    assert kept == len(first.content)
    assert client.get("/en/indicators").content == first.content
    assert kept_by(client).bytes_kept == kept
    with transaction(database) as session:
        bin_ = session.scalar(text("SELECT customer_bin FROM public_contract WHERE id = :id"), {"id": told.contract})
        monitor_contract(session, OPERATOR, MonitorContract(ContractKey(bin_ or "", "2023-118")))
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
    assert kept_by(client).bytes_kept == 0


def test_the_day_is_part_of_what_a_page_is_kept_by(
    client: TestClient, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(f"/en/segments/{told.segment}").content
    for module in ("api.kept_pages", "api.pages.things"):
        monkeypatch.setattr(f"{module}.today", lambda _request: date(2031, 1, 1))
    assert client.get(f"/en/segments/{told.segment}").content != first


def test_what_is_kept_has_a_bound_and_belongs_to_one_version() -> None:
    pages = KeptPages()
    assert pages.find("1", "a") is None
    pages.keep("1", "a", bytes(KEPT_BYTES // 3 * 2))
    pages.keep("1", "b", bytes(KEPT_BYTES // 3 * 2))
    assert pages.find("1", "a") is None
    assert pages.find("1", "b") is not None
    assert gzip.decompress(pages.keep("0", "late", b"x" * 99).squeezed) == b"x" * 99
    assert pages.find("1", "late") is None
    assert pages.find("2", "b") is None


def test_what_a_social_network_hangs_on_an_address_makes_no_other_page(client: TestClient, told: Told) -> None:
    page = f"/en/segments/{told.segment}"
    plain = client.get(page)
    kept = kept_by(client).bytes_kept
    for marks in ("fbclid=IwAR0x", "utm_source=telegram&utm_medium=social", "gclid=1&yclid=2", "igshid"):
        assert client.get(f"{page}?{marks}").content == plain.content, marks
    assert kept_by(client).bytes_kept == kept
    second = client.get(f"{page}?timeline=2&fbclid=IwAR0x").content
    assert second == client.get(f"{page}?timeline=2").content
    assert b"fbclid" not in second
