"""The first page: it answers, in three languages, and whatever is typed stays text."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Told


def test_the_site_opens_in_the_readers_language(client: TestClient) -> None:
    answer = client.get("/", headers={"Accept-Language": "ru-RU,en;q=0.5"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/ru/")


@pytest.mark.parametrize(("language", "words"), [("kk", "кепілдікте"), ("ru", "на гарантии"), ("en", "under warranty")])
def test_the_page_says_who_answers(client: TestClient, told: Told, language: str, words: str) -> None:
    page = client.get(f"/{language}/", params={"road": told.road, "chainage": "1+000", "on": "2024-05-01"})
    assert page.status_code == 200
    assert f'lang="{language}"' in page.text
    assert words in page.text
    assert "2026-09-14" in page.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "бұдан 17 күн бұрын аяқталған"), ("ru", "закончилась за 17 дн. до этого"), ("en", "ended 17 days before")],
)
def test_the_page_says_how_long_a_warranty_has_been_over(
    client: TestClient, told: Told, language: str, words: str
) -> None:
    page = client.get(f"/{language}/", params={"road": told.road, "chainage": "1+000", "on": "2026-10-01"})
    assert f"({words})" in page.text


def test_a_road_that_is_not_there_is_said_on_the_page(client: TestClient, told: Told) -> None:
    page = client.get("/en/", params={"road": "A-77", "chainage": "1+000"})
    assert page.status_code == 200
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "${7*7}", "{{ 7*7 }}", '"><img src=x onerror=alert(1)>']
)
def test_what_somebody_types_stays_text(client: TestClient, told: Told, words: str) -> None:
    page = client.get("/en/", params={"road": words, "chainage": words})
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "<img" not in page.text
    assert ">49<" not in page.text


def test_a_shared_link_may_carry_other_parameters(client: TestClient, told: Told) -> None:
    assert client.get("/en/", params={"utm_source": "x"}).status_code == 200


def test_no_page_loads_anything_from_a_host(client: TestClient, told: Told) -> None:
    page = client.get("/kk/").text
    # Only where a page is found and in which languages is told with the host: it is loaded by nobody.
    without_addresses = re.sub(r'<link rel="(canonical|alternate)"[^>]*>', "", page).replace("http://www.w3.org/", "")
    loaded = without_addresses + client.get("/static/site.css").text
    assert "http://" not in loaded
    assert "https://" not in loaded


@pytest.mark.parametrize(
    ("language", "forward", "reverse"),
    [
        ("kk", "тура бағыт", "кері бағыт"),
        ("ru", "прямое направление", "обратное направление"),
        ("en", "forward carriageway", "reverse carriageway"),
    ],
)
def test_on_a_divided_road_the_directions_to_choose_from_are_named_in_words(
    client: TestClient, divided: str, language: str, forward: str, reverse: str
) -> None:
    asked = {"road": divided, "chainage": "1+000"}
    page = client.get(f"/{language}/", params=asked).text
    answer = client.get("/api/v1/liability", params=asked, headers={"Accept-Language": language})
    (alert,) = re.findall(r'role="alert">(.*?)</p>', page)
    assert answer.status_code == 400
    for told in (alert, answer.json()["detail"]):
        assert forward in told
        assert reverse in told
        assert re.search(r"\((forward|reverse)\)|: (forward|reverse) \(", told) is None
    assert client.get(f"/{language}/", params={**asked, "direction": "reverse"}).text.count('role="alert"') == 0


@pytest.mark.parametrize("path", ["nothing.css", "../pages/public.py", "%2e%2e/pages/public.py", "", "site.css/"])
def test_only_files_of_pages_are_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404
