"""Where organisations are written to and which programs of theirs are told: an administrator states it.

An organisation's own people read the page of their organisation, what its programs were sent included, as the rows of
the database are theirs to read. They change nothing: whoever gets a webhook hears of claims from then on, outside of
this system and without an account, so that an administrator must know first who asks for it. An address of letters is
likewise what claims are held to have been sent to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.auth import acting
from api.cookies import demand_own_form
from api.dependencies import settings_of
from api.headers import PRIVATE
from api.pages.private import Form, Signed, Tongue, Visitor, private_page
from api.pages.things import number_of
from roads.domain.actors import Permission
from roads.domain.errors import RoadsError
from roads.domain.notices import ADDRESSEES, NoticeKind
from roads.i18n import LANGUAGES
from roads.queries.organisations import WantedOrganisations, organisation, organisations, programs
from roads.usecases.webhooks import MakeWebhook, StateAddress, make_webhook, state_address, switch_webhook

router = APIRouter(include_in_schema=False)
ROWS_OF_A_PAGE = 50
LONGEST_QUESTION = 200


def organisation_id(number: str) -> int:
    """The organisation in an address. Errors: HTTPException 404 for what cannot be one."""
    found = number_of(number)
    if found is None:
        raise HTTPException(404)
    return found


OrganisationId = Annotated[int, Depends(organisation_id)]


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody has just sent: what is wrong with it and what stood in it, or the secret it made."""

    wrong: RoadsError | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = None


NOTHING_SENT = Sent()


@router.get("/{language}/administration/organisations")
def organisations_page(request: Request, language: Tongue, who: Signed) -> Response:
    """All organisations by name, or those that are looked for. Errors: NotAllowed."""
    actor = who.signed_in.actor
    actor.require(Permission.MANAGE_NOTICES)
    # PostgreSQL has no such character.
    asked = request.query_params.get("q", "").replace("\x00", "").strip()[:LONGEST_QUESTION]
    after = number_of(request.query_params.get("after", ""))
    with acting(request, actor) as session:
        rows = organisations(session, WantedOrganisations(asked, ROWS_OF_A_PAGE + 1, after))
    kept = rows[:ROWS_OF_A_PAGE]
    said = {"q": asked} if asked else {}
    facts = {
        "organisations": kept,
        "asked": asked,
        "is_first": after is None,
        "first": urlencode(said),
        "next": urlencode({**said, "after": kept[-1].id}) if len(rows) > ROWS_OF_A_PAGE else None,
        "query": urlencode({**said, "after": after} if after else said),
        "page": "administration/organisations",
    }
    return private_page(request, "organisations.html", language, who, facts)


@router.get("/{language}/administration/organisations/{number}")
def organisation_page(request: Request, language: Tongue, who: Signed, of: OrganisationId) -> Response:
    """One of them, for administrators and its own people. Errors: NotAllowed, NotFound."""
    return _page(request, language, who, of)


@router.post("/{language}/administration/organisations/{number}/address")
def state(request: Request, language: Tongue, who: Signed, form: Form, of: OrganisationId) -> Response:
    """Have letters sent to an address, in a language; or no more (`ended`)."""
    demand_own_form(request, form, who.secret)
    actor, speaks = who.signed_in.actor, form.get("language", "")
    actor.require(Permission.MANAGE_NOTICES)
    if speaks not in LANGUAGES:  # the page never offered it
        raise HTTPException(404)
    try:
        with acting(request, actor) as session:
            known = organisation(session, of)
            command = StateAddress(known.bin, form.get("email", ""), speaks, form.get("ended") != "true")
            state_address(session, actor, command)
    except RoadsError as wrong:
        return _page(request, language, who, of, Sent(wrong, form))
    return _back(language, of)


@router.post("/{language}/administration/organisations/{number}/programs")
def make(request: Request, language: Tongue, who: Signed, form: Form, of: OrganisationId) -> Response:
    """Have a program told, and show the secret by which it knows us, this once."""
    demand_own_form(request, form, who.secret)
    actor = who.signed_in.actor
    actor.require(Permission.MANAGE_NOTICES)
    kinds = [kind for kind in ADDRESSEES if form.get(_field(kind)) == "true"]
    local = settings_of(request).webhooks_to_private
    try:
        with acting(request, actor) as session:
            known = organisation(session, of)
            command = MakeWebhook(known.bin, form.get("url", "").strip(), kinds, may_be_local=local)
            made = make_webhook(session, actor, command)
    except RoadsError as wrong:
        return _page(request, language, who, of, Sent(wrong, form))
    return _page(request, language, who, of, Sent(secret=made.secret))


@router.post("/{language}/administration/organisations/{number}/programs/{program}/{deed}")
def switch(
    request: Request, language: Tongue, who: Signed, form: Form, of: OrganisationId, program: str, deed: str
) -> Response:
    """Call a program no more, or again."""
    demand_own_form(request, form, who.secret)
    actor = who.signed_in.actor
    actor.require(Permission.MANAGE_NOTICES)
    if deed not in ("on", "off"):
        raise HTTPException(404)
    try:
        with acting(request, actor) as session:
            switch_webhook(session, actor, number_of(program) or 0, is_active=deed == "on")
    except RoadsError as wrong:
        return _page(request, language, who, of, Sent(wrong))
    return _back(language, of)


def _page(request: Request, language: str, who: Visitor, of: int, sent: Sent = NOTHING_SENT) -> Response:
    actor = who.signed_in.actor
    if of != actor.organisation_id:
        actor.require(Permission.MANAGE_NOTICES)
    with acting(request, actor) as session:
        facts: dict[str, Any] = {"known": organisation(session, of), "programs": programs(session, of)}
    facts |= {
        "may_change": Permission.MANAGE_NOTICES in actor.permissions,
        "kinds": {kind: _field(kind) for kind in ADDRESSEES},
        "tongues": LANGUAGES,
        "form": sent.form,
        "secret": sent.secret,
        "page": f"administration/organisations/{of}",
    }
    return private_page(request, "organisation.html", language, who, facts, sent.wrong)


def _field(kind: NoticeKind) -> str:
    """A tick of its own for each kind: of a field that is repeated only the first would be read."""
    return f"kind-{kind.value}"


def _back(language: str, of: int) -> Response:
    return RedirectResponse(f"/{language}/administration/organisations/{of}", 303, headers=PRIVATE)
