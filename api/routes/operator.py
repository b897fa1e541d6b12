"""What whoever runs the service asks: is the process alive, and is it ready to answer?"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from roads.db import DBAPIError, Role, transaction
from roads.domain.errors import DatabaseUnusable
from roads.queries.operations import last_runs

router = APIRouter(tags=["operator"])


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """The database answers and is migrated; how old the last finished run of each job is, in seconds."""
    ages = await run_in_threadpool(_ages_of_last_runs, request)
    return JSONResponse({"status": "ready", "last_job_runs_seconds_ago": ages})


def _ages_of_last_runs(request: Request) -> dict[str, float | None]:
    now = datetime.now(UTC)
    try:
        with transaction(request.app.state.engine, Role.APP) as session:
            runs = last_runs(session, of_each=1)
    except DBAPIError as lost:
        raise DatabaseUnusable(problem="unreachable") from lost
    return {run.job: (now - run.finished_at).total_seconds() if run.finished_at else None for run in runs}
