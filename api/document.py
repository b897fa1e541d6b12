"""The document of the API. What is true of every route stands here once, so that no route can forget to say it."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

PROBLEM_TYPE = "application/problem+json"
PROBLEM = {
    "title": "Problem",
    "description": "What is wrong (RFC 9457); `errors` tells it field by field.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "required": ["field", "problem"]}},
    },
}
CONTENT = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
OF_FASTAPI = ("HTTPValidationError", "ValidationError")
METHODS = ("get", "put", "post", "delete", "patch")


class DescribedApi(FastAPI):
    """An application whose document says of errors what `api.errors` does with them."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            complete(super().openapi())
        return super().openapi()


def complete(document: dict[str, Any]) -> None:
    """Say of every operation what it may answer besides, and in which shape."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in OF_FASTAPI:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    for operation in _operations(document):
        _allow_empty(operation)
        responses = operation["responses"]
        if "requestBody" not in operation and _is_of_fastapi(responses.get("422", {})):
            del responses["422"]
        for status, description in _problems(operation):
            responses.setdefault(status, {"description": description})
        for status, response in responses.items():
            if status >= "400":
                response["content"] = CONTENT


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (item[method] for method in METHODS if method in item)


def _is_of_fastapi(response: dict[str, Any]) -> bool:
    return "HTTPValidationError" in str(response.get("content"))


def _problems(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What any operation of this kind may answer when something is wrong."""
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    yield "400", "A parameter or header is unknown or wrong, or the body cannot be read"
    if "path" in places:
        yield "404", "There is no such thing"
    if "security" in operation:
        yield "401", "Not signed in"
        yield "403", "Not for this role"
    if "requestBody" in operation:
        yield "413", "Too long"
        yield "422", "The body is wrong, field by field"
    yield "503", "The database cannot be reached, or too many ask at once; see Retry-After"


def _allow_empty(operation: dict[str, Any]) -> None:
    """A parameter that is left empty was not given: a form with nothing in a field asks for everything."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query" and not parameter.get("required"):
            parameter["allowEmptyValue"] = True
