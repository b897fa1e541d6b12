"""Which status an error of the domain becomes, and that its sentence reaches the client."""

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from api.app import create_app
from roads.domain.claims import NotPossibleNow, NotYourClaim, OwnRepair, ReasonMissing, StaleState
from roads.domain.errors import NotAllowed, NotFound, RoadsError
from roads.settings import Settings

CASES: list[tuple[RoadsError, int]] = [
    (StaleState(action="verify", expected="repaired", state="accepted"), 409),
    (NotPossibleNow(action="issue", state="issued"), 409),
    (NotYourClaim(action="accept", actor="builder-1"), 403),
    (OwnRepair(actor="builder-1"), 403),
    (NotAllowed(actor="builder-1", permission="pursue_claims"), 403),
    (NotFound(thing="claim", key=1), 404),
    (ReasonMissing(), 422),
]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(("error", "status"), CASES, ids=[error.code for error, _ in CASES])
def test_an_error_of_the_domain_is_a_problem_document(error: RoadsError, status: int, language: str) -> None:
    app = create_app(Settings(database_url="postgresql://nowhere/"))
    failing = APIRouter()

    @failing.post("/fail")
    async def fail() -> None:
        raise error

    app.include_router(failing)
    answer = TestClient(app).post("/fail", headers={"Accept-Language": language})
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["title"]
    assert told["detail"]
    assert not told["detail"].startswith("error.")
