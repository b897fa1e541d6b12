"""The document of the API says what is done, and what it says is done."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.routing import LONGEST_BODY
from roads.settings import Settings

APP = create_app(Settings(database_url="postgresql://nowhere/"))
DOCUMENT = APP.openapi()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def with_json() -> list[tuple[str, str]]:
    return [
        (method, path)
        for method, path, operation in operations()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]


def test_every_problem_is_a_problem_document() -> None:
    for method, path, operation in operations():
        problems = {status: one for status, one in operation["responses"].items() if status >= "400"}
        assert "400" in problems, (method, path)
        assert "503" in problems, (method, path)
        for status, response in problems.items():
            assert list(response["content"]) == ["application/problem+json"], (method, path, status)
    assert "HTTPValidationError" not in str(DOCUMENT)


def test_what_needs_a_person_says_so_and_what_takes_a_body_too() -> None:
    for method, path, operation in operations():
        responses = set(operation["responses"])
        assert ("security" not in operation) or {"401", "403"} <= responses, (method, path)
        assert ("requestBody" not in operation) or {"413", "422"} <= responses, (method, path)


@pytest.mark.parametrize(("method", "path"), with_json())
def test_a_note_is_a_note_and_a_gigabyte_is_not(method: str, path: str) -> None:
    much, headers = b" " * (LONGEST_BODY + 1), {"Content-Type": "application/json"}
    answer = TestClient(APP).request(method, re.sub("{[a-z_]+}", "1", path), content=much, headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/defects", "GET, POST"),
        ("/api/v1/photos/1/release", "PUT, DELETE"),
        ("/api/v1/defects/preview", "POST"),
        ("/api/v1/claims/issue", "POST"),
        ("/openapi.json", "GET, HEAD"),
    ],
)
def test_what_may_be_asked_instead_is_told_in_full(path: str, methods: str) -> None:
    answer = TestClient(APP).request("PATCH", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
