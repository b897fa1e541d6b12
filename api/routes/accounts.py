"""Signing in for programs: a bearer token for a password, personal tokens, and who one is."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.auth import Signed, acting, address_of, door, knock, moment
from api.bearers import Bearers
from api.forms import FORM, read_form
from api.headers import PRIVATE
from api.routing import SmallBodyRoute
from api.schemas.accounts import Bearer, IssuedToken, Me, NewToken, RoleShape, Tokens, TokenShape
from api.schemas.questions import LARGEST_ID
from roads.domain.accounts import LONGEST_PASSWORD, RoleNotHeld, TokenForTokenRefused
from roads.domain.actors import Role
from roads.queries.accounts import HeldRole, SignedIn, held_roles, held_tokens
from roads.usecases.accounts_door import Attempt, Knock, sign_in_for_a_while
from roads.usecases.accounts_tokens import IssueToken, issue_token, revoke_token

router = APIRouter(prefix="/api/v1", tags=["accounts"], route_class=SmallBodyRoute)

PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}}
UNSIGNED: dict[int | str, dict[str, Any]] = {401: {"description": "Not signed in", **PROBLEM}}
TOKEN_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["username", "password"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["password"]},
                        "username": {"type": "string", "maxLength": 200},
                        "password": {"type": "string", "format": "password", "maxLength": LONGEST_PASSWORD},
                        "scope": {"type": "string", "enum": ["", *Role], "description": "the role to act in"},
                    },
                }
            }
        },
    }
}
REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"description": "No such form", **PROBLEM},
    401: {"description": "No such login with this password", **PROBLEM},
    403: {"description": "The person does not have this role", **PROBLEM},
    413: {"description": "Too long", **PROBLEM},
    415: {"description": "Not a form", **PROBLEM},
    429: {"description": "Too many attempts; see Retry-After", **PROBLEM},
    503: {"description": "Too busy; see Retry-After", **PROBLEM},
}


@router.post("/token", openapi_extra=TOKEN_FORM, responses=REFUSED)
async def token(request: Request, response: Response) -> Bearer:
    """A bearer token for ten minutes, for a login and its password (OAuth2 password form)."""
    form = await read_form(request)
    if form.get("grant_type", "password") != "password" or not {"username", "password"} <= set(form):
        raise HTTPException(400)
    asked = Knock(form["username"][:200], address_of(request))
    attempt, is_right = await knock(request, asked, form["password"][: LONGEST_PASSWORD + 1])
    found = await run_in_threadpool(_let_in, request, attempt, form, is_right=is_right)
    bearers: Bearers = request.app.state.bearers
    response.headers.update(PRIVATE)
    return Bearer(access_token=bearers.sign(found, moment()), role=found.actor.role or Role.AUDITOR)


def _let_in(request: Request, attempt: Attempt, form: Mapping[str, str], *, is_right: bool) -> SignedIn:
    asked = form.get("scope", "").strip()
    with door(request) as session:
        if asked and asked not in list(Role):
            raise RoleNotHeld(role=asked[:40])
        wanted = Role(asked) if asked else None
        return sign_in_for_a_while(session, attempt, wanted, is_right=is_right, now=moment())


@router.get("/me", responses=UNSIGNED)
def me(request: Request, response: Response, who: Signed) -> Me:
    """Who I am, what I act as, and what else I may act as."""
    with acting(request, who.actor) as session:
        roles = held_roles(session, who.signed_in.user_id)
    response.headers.update(PRIVATE)
    (now,) = [one for one in roles if one.id == who.signed_in.role_id]
    return Me(
        code=who.actor.name,
        language=who.signed_in.language,
        acting=_shape(now),
        roles=[_shape(one) for one in roles],
        permissions=sorted(who.actor.permissions),
    )


def _shape(held: HeldRole) -> RoleShape:
    return RoleShape(role=held.role, organisation=held.organisation, bin=held.bin, kato=held.kato)


@router.get("/tokens", responses=UNSIGNED)
def tokens(request: Request, response: Response, who: Signed) -> Tokens:
    """My personal tokens that work."""
    with acting(request, who.actor) as session:
        held = held_tokens(session, who.signed_in.user_id, moment())
    response.headers.update(PRIVATE)
    return Tokens(items=[TokenShape.model_validate(one, from_attributes=True) for one in held])


@router.post("/tokens", status_code=201, responses={**UNSIGNED, 403: {"description": "With a token", **PROBLEM}})
def issue(request: Request, response: Response, asked: NewToken, who: Signed) -> IssuedToken:
    """A new personal token, in the role I act in now."""
    if who.by_token:
        raise TokenForTokenRefused()
    command = IssueToken(asked.name, asked.days, who.signed_in.role_id)
    with acting(request, who.actor) as session:
        issued = issue_token(session, who.actor, command, now=moment())
    response.headers.update(PRIVATE)
    return IssuedToken(id=issued.id, token=issued.secret, expires_at=issued.expires_at)


@router.delete("/tokens/{token_id}", status_code=204, responses={**UNSIGNED, 404: {"description": "None", **PROBLEM}})
def revoke(request: Request, token_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], who: Signed) -> None:
    """End one of my tokens; a token may end itself."""
    with acting(request, who.actor) as session:
        revoke_token(session, who.actor, token_id, now=moment())
