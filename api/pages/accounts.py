"""The pages of the door: sign in and out, a forgotten password, and what is one's own."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.auth import acting, address_of, count, door, knock, moment
from api.cookies import (
    FORM,
    FORM_LIFE,
    SESSION,
    cookie_of,
    demand_own_form,
    drop_cookie,
    form_secret,
    set_cookie,
)
from api.errors import headers_of, sentence_of, status_of
from api.hashing import Hashing
from api.headers import PRIVATE
from api.pages.private import Form, Maybe, Signed, Tongue, Visitor, private_page
from api.pages.public import page_in
from api.schemas.questions import LARGEST_ID
from roads.domain.accounts import (
    LONGEST_PASSWORD,
    LONGEST_TOKEN,
    AttemptKind,
    LinkExpired,
    RoleNotHeld,
    UnknownToken,
    demand_good,
)
from roads.domain.errors import RoadsError
from roads.queries.accounts import held_roles, held_sessions, held_tokens
from roads.usecases.accounts_door import Attempt, Knock, choose_role, sign_in, sign_out
from roads.usecases.accounts_door import sign_out_everywhere as end_all
from roads.usecases.accounts_reset import ResetLetter, ask_reset, look_at_reset, reset_password
from roads.usecases.accounts_secrets import form_token
from roads.usecases.accounts_tokens import IssueToken, issue_token, revoke_token
from roads.usecases.notices import mail_reset

log = structlog.get_logger(__name__)
LONGEST_LOGIN = 200


router = APIRouter(include_in_schema=False)


# --- the door


@router.get("/{language}/sign-in")
def sign_in_page(request: Request, language: Tongue, who: Maybe) -> Response:
    """Where one signs in; whoever has goes on."""
    asked = own_path(request.query_params.get("next"), language)
    if who is not None:
        return RedirectResponse(asked, 303)
    notice = {"password": "account.reset_done", "ended": "account.ended"}.get(request.query_params.get("done", ""))
    return _door(request, "sign_in.html", language, {"next": asked, "login": "", "notice": notice})


@router.post("/{language}/sign-in")
async def come_in(request: Request, language: Tongue, form: Form) -> Response:
    """Look at the password and open a session. What is wrong is said on the page."""
    login, asked = form.get("login", "")[:LONGEST_LOGIN], own_path(form.get("next"), language)
    try:
        demand_own_form(request, form, cookie_of(request, FORM))
        knocking = Knock(login, address_of(request), cookie_of(request, SESSION))
        attempt, is_right = await knock(request, knocking, form.get("password", "")[: LONGEST_PASSWORD + 1])
        secret = await run_in_threadpool(_open, request, attempt, is_right=is_right)
    except RoadsError as wrong:
        facts = {"next": asked, "login": login, "notice": None}
        return _door(request, "sign_in.html", language, facts, wrong)
    answer = RedirectResponse(asked, 303, headers=PRIVATE)
    set_cookie(request, answer, SESSION, secret)
    drop_cookie(request, answer, FORM)
    return answer


def _open(request: Request, attempt: Attempt, *, is_right: bool) -> str:
    with door(request) as session:
        return sign_in(session, attempt, is_right=is_right, now=moment())


@router.post("/{language}/sign-out")
def go_out(request: Request, language: Tongue, form: Form, who: Signed) -> Response:
    """End the session of this browser."""
    demand_own_form(request, form, who.secret)
    with acting(request, who.signed_in.actor) as session:
        sign_out(session, who.signed_in.actor, who.session_id, now=moment())
    return _out(request, language)


def _out(request: Request, language: str) -> Response:
    answer = RedirectResponse(f"/{language}/sign-in?done=ended", 303, headers=PRIVATE)
    drop_cookie(request, answer, SESSION)
    return answer


# --- a forgotten password


@router.get("/{language}/reset")
def reset_page(request: Request, language: Tongue) -> Response:
    """Where one asks for a link to a new password."""
    return _door(request, "reset.html", language, {"is_asked": False})


@router.post("/{language}/reset")
def ask_for_link(request: Request, language: Tongue, form: Form) -> Response:
    """Make a link and have it mailed. Whether there is such an account is not told."""
    try:
        demand_own_form(request, form, cookie_of(request, FORM))
        asked = Knock(form.get("login", "")[:LONGEST_LOGIN], address_of(request), None, AttemptKind.RESET)
        attempt = count(request, asked)
        with door(request) as session:
            letter = ask_reset(session, attempt.user, now=moment())
            if letter is not None:
                carry(session, letter)
    except RoadsError as wrong:
        return _door(request, "reset.html", language, {"is_asked": False}, wrong)
    return _door(request, "reset.html", language, {"is_asked": True})


def carry(session: Session, letter: ResetLetter) -> None:
    """Put a letter into the outbox, in the transaction that made its link, which never enters the log."""
    mail_reset(session, letter, now=moment())
    log.info("reset_link_made", language=letter.language)


@router.get("/{language}/reset/{secret}")
def new_password_page(request: Request, language: Tongue, secret: str) -> Response:
    """Where the link leads: another password, if the link still works."""
    try:
        with door(request) as session:
            user = look_at_reset(session, secret, now=moment())
    except LinkExpired as wrong:
        return _door(request, "reset.html", language, {"is_asked": False}, wrong)
    return _door(request, "new_password.html", language, {"login": user.login, "secret": secret})


@router.post("/{language}/reset/{secret}")
async def set_another(request: Request, language: Tongue, secret: str, form: Form) -> Response:
    """Set another password; everything that was open in this name is over."""
    login, password = "", form.get("password", "")
    try:
        demand_own_form(request, form, cookie_of(request, FORM))
        login = await run_in_threadpool(_whose, request, secret)
        demand_good(password, login)
        hashing: Hashing = request.app.state.hashing
        await run_in_threadpool(_reset, request, secret, await hashing.hash(password))
    except LinkExpired as wrong:
        return await run_in_threadpool(_door, request, "reset.html", language, {"is_asked": False}, wrong)
    except RoadsError as wrong:
        return _door(request, "new_password.html", language, {"login": login, "secret": secret}, wrong)
    return RedirectResponse(f"/{language}/sign-in?done=password", 303, headers=PRIVATE)


def _whose(request: Request, secret: str) -> str:
    with door(request) as session:
        return look_at_reset(session, secret, now=moment()).login


def _reset(request: Request, secret: str, password_hash: str) -> None:
    with door(request) as session:
        reset_password(session, secret, password_hash, now=moment())


# --- what is one's own


@router.get("/{language}/account")
def account_page(request: Request, language: Tongue, who: Signed) -> Response:
    """One's roles, open sessions and tokens."""
    return _account(request, language, who)


@router.post("/{language}/role")
def act_as(request: Request, language: Tongue, form: Form, who: Signed) -> Response:
    """Act in another role with this browser."""
    demand_own_form(request, form, who.secret)
    try:
        with acting(request, who.signed_in.actor) as session:
            choose_role(session, who.signed_in.actor, who.session_id, _number(form, "role"))
    except RoleNotHeld as wrong:
        return _account(request, language, who, wrong)
    return _back(language)


@router.post("/{language}/account/sessions")
def end_session(request: Request, language: Tongue, form: Form, who: Signed) -> Response:
    """End one of one's sessions, be it in another browser."""
    demand_own_form(request, form, who.secret)
    ended = _number(form, "session")
    try:
        with acting(request, who.signed_in.actor) as session:
            sign_out(session, who.signed_in.actor, ended, now=moment())
    except UnknownToken as wrong:
        return _account(request, language, who, wrong)
    return _out(request, language) if ended == who.session_id else _back(language)


@router.post("/{language}/account/everywhere")
def sign_out_everywhere(request: Request, language: Tongue, form: Form, who: Signed) -> Response:
    """End everything that is open in one's name."""
    demand_own_form(request, form, who.secret)
    with door(request) as session:
        end_all(session, who.signed_in.actor, now=moment())
    return _out(request, language)


@router.post("/{language}/account/tokens")
def make_token(request: Request, language: Tongue, form: Form, who: Signed) -> Response:
    """Make a token and show it, this once."""
    demand_own_form(request, form, who.secret)
    command = IssueToken(form.get("name", ""), _number(form, "days"), who.signed_in.role_id)
    try:
        with acting(request, who.signed_in.actor) as session:
            issued = issue_token(session, who.signed_in.actor, command, now=moment())
    except RoadsError as wrong:
        return _account(request, language, who, wrong)
    return _account(request, language, who, issued=issued.secret)


@router.post("/{language}/account/tokens/revoke")
def end_token(request: Request, language: Tongue, form: Form, who: Signed) -> Response:
    """Revoke one of one's tokens."""
    demand_own_form(request, form, who.secret)
    try:
        with acting(request, who.signed_in.actor) as session:
            revoke_token(session, who.signed_in.actor, _number(form, "token_id"), now=moment())
    except UnknownToken as wrong:
        return _account(request, language, who, wrong)
    return _back(language)


def _number(form: Mapping[str, str], name: str) -> int:
    """A number in a form; 0, which is nobody's, where it is none."""
    written = form.get(name, "").strip()
    number = int(written) if written.isascii() and written.isdecimal() and len(written) < 12 else 0
    return number if number <= LARGEST_ID else 0


def _back(language: str) -> Response:
    return RedirectResponse(f"/{language}/account", 303, headers=PRIVATE)


# --- how they are written


def own_path(asked: str | None, language: str) -> str:
    """Where to go on after signing in: a path of this site, never another site's address."""
    own = asked or ""
    is_own = own.startswith(f"/{language}/") and "\\" not in own and own.isprintable() and own.isascii()
    return own[:500] if is_own else f"/{language}/desk"


def _account(
    request: Request, language: str, who: Visitor, wrong: RoadsError | None = None, issued: str | None = None
) -> Response:
    with acting(request, who.signed_in.actor) as session:
        user_id, now = who.signed_in.user_id, moment()
        facts = {
            "roles": held_roles(session, user_id),
            "sessions": held_sessions(session, user_id, now),
            "tokens": held_tokens(session, user_id, now),
        }
    shown = {"issued": issued, "longest_days": LONGEST_TOKEN.days, "page": "account"}
    return private_page(request, "account.html", language, who, {**facts, **shown}, wrong)


def _door(
    request: Request, template: str, language: str, facts: Mapping[str, Any], wrong: RoadsError | None = None
) -> Response:
    """A page for whoever has not signed in: its form is bound to a cookie of its own."""
    secret, is_held = form_secret(request)
    around = {
        "query": "",
        # What a form was sent to is no page that one could open in another language.
        "page": request.url.path.removeprefix(f"/{language}/"),
        "trouble": sentence_of(wrong, language) if wrong else None,
        "token": form_token(secret),
    }
    written = page_in(request, template, language, {**around, **facts})
    headers = {**PRIVATE, **(headers_of(wrong) if wrong else {})}
    answer = HTMLResponse(written, status_of(wrong) if wrong else 200, headers=headers)
    if not is_held:
        set_cookie(request, answer, FORM, secret, FORM_LIFE)
    return answer
