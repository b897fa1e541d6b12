"""A request that a phone may send again: done once, and answered the same way each time."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.auth import Caller, acting, moment
from api.headers import PRIVATE
from roads.usecases.idempotency import Answered, AskedOnce, answered_before, keep_answer

REPLAYED = "Idempotency-Replayed"
MEANING = "A UUID that the client makes before its first attempt: the same key and body give the same answer."
EXAMPLES = ["0192f0c1-6f7e-7cc3-98a4-0d5a5f2b8f11"]

Key = Annotated[UUID, Header(alias="Idempotency-Key", description=MEANING, examples=EXAMPLES)]
MaybeKey = Annotated[UUID | None, Header(alias="Idempotency-Key", description=MEANING, examples=EXAMPLES)]
Work = Callable[[Session], Answered]


def once(request: Request, who: Caller, key: UUID | None, asked: BaseModel, work: Work) -> Response:
    """The answer of `work`, done in one transaction with the rights of who calls; without a key each time anew.

    Errors: KeyReused, and those of `work`, after which the key is free again.
    """
    with acting(request, who.actor) as session:
        if key is None:
            return answer_of(work(session))
        command = AskedOnce(key, f"{request.method} {request.url.path}", content_hash(asked))
        known = answered_before(session, who.actor, command, now=moment())
        if known is None:
            given = work(session)
            keep_answer(session, who.actor, command, given)
    if known is None:
        return answer_of(given)
    answer = answer_of(known)
    answer.headers[REPLAYED] = "true"
    return answer


def content_hash(asked: BaseModel) -> str:
    """SHA-256 of what was asked in one fixed form: spaces and the order of keys make no difference."""
    fixed = json.dumps(asked.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(fixed.encode()).hexdigest()


def answered(status: int, shape: BaseModel, location: str | None = None) -> Answered:
    """An answer as it is sent and kept."""
    return Answered(status, shape.model_dump_json(by_alias=True), location)


def answer_of(given: Answered) -> Response:
    """What is sent. Nobody else's cache keeps it."""
    headers = {**PRIVATE, **({"Location": given.location} if given.location else {})}
    return Response(given.answer, given.status, headers=headers, media_type="application/json")
