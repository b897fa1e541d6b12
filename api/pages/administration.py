"""The administrator's pages: who may do what, the rules and the calendar with their sources, and what the jobs did."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.auth import acting, door, moment
from api.cookies import demand_own_form
from api.dependencies import today
from api.headers import PRIVATE
from api.pages.accounts import carry
from api.pages.private import Form, Tongue, Visitor, private_page, signed_in
from api.pages.things import number_of
from geo.tables import Row
from roads.domain.actors import Permission, Role
from roads.domain.errors import RoadsError
from roads.domain.remarks import Remark
from roads.domain.rules import OTHER_COLUMNS, REQUIRED_COLUMNS
from roads.i18n import LANGUAGES, say
from roads.queries.accounts import all_users, find_user
from roads.queries.operations import last_runs
from roads.queries.rules import calendar_days, deadline_rules, term_rules
from roads.usecases.accounts import ChangeRole, CreateUser, GivenRole, create_user, give_role, set_active, take_role
from roads.usecases.accounts_reset import ask_reset
from roads.usecases.first_rows import FirstRows
from roads.usecases.rules import ImportRules, import_rules

router = APIRouter(include_in_schema=False)
RUNS_OF_A_JOB = 3


def administrator(who: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """Whoever may manage accounts. Errors: NotAllowed."""
    who.signed_in.actor.require(Permission.MANAGE_ACCOUNTS)
    return who


Administrator = Annotated[Visitor, Depends(administrator)]


@router.get("/{language}/administration")
def overview(request: Request, language: Tongue, who: Administrator) -> Response:
    """What the jobs did, and where everything else is."""
    with acting(request, who.signed_in.actor) as session:
        runs = last_runs(session, of_each=RUNS_OF_A_JOB)
    return private_page(request, "administration.html", language, who, {"runs": runs, "page": "administration"})


# --- users


@router.get("/{language}/administration/users")
def users_page(request: Request, language: Tongue, who: Administrator) -> Response:
    """Everybody with their roles."""
    return _users(request, language, who)


@router.post("/{language}/administration/users")
def add_user(request: Request, language: Tongue, who: Administrator, form: Form) -> Response:
    """Make an account; its first password is set by a link that is mailed."""
    demand_own_form(request, form, who.secret)
    role = form.get("role", "")
    try:
        given = [_given(form)] if role else []
        command = CreateUser(
            form.get("login", "").strip(), form.get("code", "").strip(), form.get("language", ""), given
        )
        with door(request) as session:
            create_user(session, who.signed_in.actor, command, now=moment())
            letter = ask_reset(session, find_user(session, command.login), now=moment())
            if letter is not None:
                carry(session, letter)
    except RoadsError as wrong:
        return _users(request, language, who, wrong, form)
    return _back(language, "users")


@router.post("/{language}/administration/users/{user}/{deed}")
def change_user(request: Request, language: Tongue, who: Administrator, form: Form, user: str, deed: str) -> Response:
    """Let somebody in again or keep them out, give or take a role, mail a link to a new password."""
    demand_own_form(request, form, who.secret)
    actor, user_id = who.signed_in.actor, number_of(user) or 0
    try:
        with door(request) as session:
            match deed:
                case "activate" | "deactivate":
                    set_active(session, actor, user_id, is_active=deed == "activate", now=moment())
                case "give-role":
                    give_role(session, actor, ChangeRole(user_id, _given(form)))
                case "take-role":
                    take_role(session, actor, user_id, number_of(form.get("role", "")) or 0)
                case _:
                    raise HTTPException(404)
    except RoadsError as wrong:
        return _users(request, language, who, wrong)
    return _back(language, "users")


def _given(form: Mapping[str, str]) -> GivenRole:
    """The role in a form. Errors: HTTPException 404 for one that the page never offered."""
    if form.get("role") not in list(Role):
        raise HTTPException(404)
    return GivenRole(Role(form["role"]), form.get("bin", "").strip(), form.get("kato", "").strip() or None)


def _users(
    request: Request,
    language: str,
    who: Visitor,
    wrong: RoadsError | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    with acting(request, who.signed_in.actor) as session:
        users = all_users(session)
    facts = {
        "users": users,
        "roles": list(Role),
        "tongues": LANGUAGES,
        "form": form or {},
        "page": "administration/users",
    }
    return private_page(request, "users.html", language, who, facts, wrong)


# --- rules and calendar


@router.get("/{language}/administration/rules")
def rules_page(request: Request, language: Tongue, who: Administrator) -> Response:
    """Terms of warranty, deadlines of repairs, holidays and worked weekends, each with its source."""
    return _rules(request, language, who)


@router.post("/{language}/administration/rules")
def add_rule(request: Request, language: Tongue, who: Administrator, form: Form) -> Response:
    """Take in one rule as a file of one row would be: what is wrong is said by field."""
    demand_own_form(request, form, who.secret)
    known = (*REQUIRED_COLUMNS, *OTHER_COLUMNS)
    row = Row(2, {name: form.get(name, "").strip() for name in known})
    remarks: list[Remark] = []
    with FirstRows() as first, acting(request, who.signed_in.actor) as session:
        command = ImportRules([[row]], first, update=form.get("update") == "true")
        import_rules(session, who.signed_in.actor, command, remarks.append)
    if remarks:
        return _rules(request, language, who, remarks, form)
    return _back(language, "rules")


def _rules(
    request: Request,
    language: str,
    who: Visitor,
    remarks: list[Remark] | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    day = today(request)
    with acting(request, who.signed_in.actor) as session:
        facts: dict[str, Any] = {
            "terms": term_rules(session),
            "deadlines": deadline_rules(session),
            "days": calendar_days(session, date(day.year, 1, 1), date(day.year + 1, 12, 31)),
        }
    facts |= {
        "remarks": [_said(one, language) for one in remarks or ()],
        "form": form or {},
        "page": "administration/rules",
    }
    return private_page(request, "rules.html", language, who, facts, status=422 if remarks else 200)


def _said(remark: Remark, language: str) -> str:
    problem = say(f"problem.{remark.code}", language, {**remark.params, "value": remark.value})
    remedy = say(f"remedy.{remark.code}", language, remark.params)
    return f"{say(f'rule_field.{remark.field}', language)}: {problem} {remedy}"


def _back(language: str, page: str) -> Response:
    return RedirectResponse(f"/{language}/administration/{page}", 303, headers=PRIVATE)
