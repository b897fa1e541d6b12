"""The document of the API says what is done, and what it says is done."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient
from pydantic import BaseModel, ValidationError

from api.app import create_app
from api.deeds import BY_PATH
from api.pages.claim_forms import body_of
from api.routing import LONGEST_BODY
from api.schemas.claims import IssuingSeveral, Planning, Repairing, Verifying
from api.schemas.photos import SentQuestion
from api.schemas.questions import ContractsQuery, DefectsQuery, LiabilityQuery, SegmentsQuery
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


@pytest.mark.parametrize("question", [SegmentsQuery, ContractsQuery, DefectsQuery])
@pytest.mark.parametrize("day", ["0", "1717372800", "2024-06-03T00:00:00", "20240603", "2024-6-3"])
def test_a_day_is_written_as_a_day(question: type[BaseModel], day: str) -> None:
    assert question.model_validate({"since": "2024-06-03"}).model_dump()["since"] == date(2024, 6, 3)
    with pytest.raises(ValidationError, match="like 2026-11-22"):
        question.model_validate({"since": day})


def test_no_number_is_a_day_in_a_body() -> None:
    assert Planning.model_validate({"planned_on": "2024-06-03"}).planned_on == date(2024, 6, 3)
    with pytest.raises(ValidationError, match="like 2026-11-22"):
        Planning.model_validate({"planned_on": 1717372800})


@pytest.mark.parametrize(
    ("body", "given"),
    [
        (Verifying, {"is_released": 0}),
        (Verifying, {"is_released": "on"}),
        (Repairing, {"photos": [True]}),
        (Repairing, {"photos": ["1"]}),
        (Repairing, {"photos": "1 2"}),
        (IssuingSeveral, {"claim_ids": [1.0]}),
    ],
)
def test_a_body_says_what_it_says_in_one_way(body: type[BaseModel], given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        body.model_validate(given)


def test_a_form_says_in_words_what_a_body_says() -> None:
    assert body_of(BY_PATH["repair"], {"photos": " 12 13"}) == Repairing(photos=[12, 13])
    assert body_of(BY_PATH["verify"], {"is_released": "true"}) == Verifying(is_released=True)
    with pytest.raises(RequestValidationError):
        body_of(BY_PATH["repair"], {"photos": "12 x"})


@pytest.mark.parametrize("moment", ["0", "20240603", "1717372800.5", "2024-06-03T12:00:00"])
def test_a_moment_is_written_as_a_moment(moment: str) -> None:
    assert SentQuestion.model_validate({"taken_at": "2024-06-03T12:00:00+05:00"}).taken_at is not None
    for question in (SentQuestion, LiabilityQuery):
        with pytest.raises(ValidationError, match="like 2026-11-22T10:30:00"):
            question.model_validate({"taken_at": moment, "as_known_at": moment})
