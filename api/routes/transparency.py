"""The ledger for whoever does not take our word: entries, signed checkpoints, and proofs."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import public_connection, shown, tagged
from api.routes.public import PROBLEMS
from api.routing import QuestionRoute
from api.schemas.questions import CheckpointsQuery, ConsistencyQuery, EntriesQuery, InclusionQuery, NoQuestions
from api.schemas.transparency import CheckpointList, ConsistencyShape, InclusionShape
from roads.domain.errors import NotFound
from roads.queries import public, transparency

router = APIRouter(prefix="/transparency", tags=["transparency"], route_class=QuestionRoute)

LINES = "application/jsonl"
Answers = dict[int | str, dict[str, Any]]
NOTE: Answers = {200: {"description": "The signed note (C2SP tlog-checkpoint)", "content": {"text/plain": {}}}}
ENTRIES: Answers = {200: {"description": "Entries, one JSON object a line", "content": {LINES: {}}}}


@router.get("/checkpoint", response_class=Response, responses={**PROBLEMS, **NOTE})
async def checkpoint(request: Request, asked: Annotated[NoQuestions, Query()]) -> Response:  # noqa: ARG001
    """The last signed checkpoint. Keep it: nothing it vouches for can be changed unseen from then on."""
    async with public_connection(request) as connection:
        found = await public.rows(connection, "public_last_checkpoint", {})
    if not found:
        raise NotFound(thing="checkpoint", key="-")
    return tagged(request, found[0].note.encode(), "text/plain; charset=utf-8")


@router.get("/checkpoints", response_model=CheckpointList, responses=PROBLEMS)
async def checkpoints(request: Request, asked: Annotated[CheckpointsQuery, Query()]) -> Response:
    """All checkpoints, the oldest first."""
    async with public_connection(request) as connection:
        found = await public.rows(connection, "public_checkpoints", {"after": asked.after, "limit": asked.limit + 1})
    return shown(request, CheckpointList.of(found, asked.limit))


@router.get("/entries", response_class=Response, responses={**PROBLEMS, **ENTRIES})
async def entries(request: Request, asked: Annotated[EntriesQuery, Query()]) -> Response:
    """Entries in their order: `n`, `leaf` (SHA-256 of a zero byte and the text), `text` (canonical JSON)."""
    async with public_connection(request) as connection:
        found = await public.rows(connection, "public_ledger_entries", {"start": asked.start, "limit": asked.limit})
    lines = ({"n": row.n, "leaf": bytes(row.hash).hex(), "text": row.text} for row in found)
    body = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    return tagged(request, body.encode(), LINES)


@router.get("/proof/inclusion", response_model=InclusionShape, responses=PROBLEMS)
async def inclusion(request: Request, asked: Annotated[InclusionQuery, Query()]) -> Response:
    """That an entry is in the ledger (RFC 6962, section 2.1.1)."""
    async with public_connection(request) as connection:
        size = await transparency.ledger_size(connection, asked.size)
        leaf, path, root = await transparency.inclusion(connection, asked.number, size)
    hashes = [one.hex() for one in path]
    return shown(request, InclusionShape(number=asked.number, size=size, leaf=leaf.hex(), path=hashes, root=root.hex()))


@router.get("/proof/consistency", response_model=ConsistencyShape, responses=PROBLEMS)
async def consistency(request: Request, asked: Annotated[ConsistencyQuery, Query()]) -> Response:
    """That the ledger only grew since it had `old` entries (RFC 6962, section 2.1.2)."""
    async with public_connection(request) as connection:
        size = await transparency.ledger_size(connection, asked.size)
        old_root, path, root = await transparency.consistency(connection, asked.old, size)
    shape = ConsistencyShape(
        old=asked.old, size=size, path=[one.hex() for one in path], old_root=old_root.hex(), root=root.hex()
    )
    return shown(request, shape)
