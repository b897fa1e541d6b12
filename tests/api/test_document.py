"""The document of the API says what is done, and what it says is done."""

from collections.abc import Iterator
from typing import Any

from api.app import create_app
from roads.settings import Settings

APP = create_app(Settings(database_url="postgresql://nowhere/"))
DOCUMENT = APP.openapi()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


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
