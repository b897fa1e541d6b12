"""Whatever is asked of the public API, it answers as its own document says, and never with a 500."""

from typing import Any

import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis import Case

from api.app import create_app
from roads.settings import Settings
from tests.api.conftest import Told

schemathesis.serializer.alias(["image/heic", "image/heif", "image/jpg"], "image/jpeg")
SCHEMA = schemathesis.openapi.from_dict(create_app(Settings(database_url="postgresql://nowhere/")).openapi())


@SCHEMA.include(path_regex="^/api/").parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_question_breaks_the_api(case: Case[Any], client: TestClient, told: Told) -> None:
    answer = client.request(case.method, case.formatted_path, params=case.query, headers={"Accept-Language": "en"})
    # Nobody has signed in here, and the form to do so is missing.
    assert answer.status_code in (200, 400, 401, 404, 405, 415)
    if answer.status_code == 200:
        assert answer.headers["content-type"] == "application/json"
        case.operation.validate_response(answer)
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
