"""Organisations as an administrator keeps them: what they are, where they are written to, which programs are told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roads.domain.errors import NotFound
from roads.domain.letters import number_of
from roads.domain.notices import NoticeKind, NoticeState, Party
from roads.models.notices import Webhook
from roads.queries.notices import Box
from roads.sql import statement

CALLS_SHOWN = 5
"""So many that arrived are shown of a program, and so many that have not."""


@dataclass(frozen=True, slots=True)
class WantedOrganisations:
    """Part of a name or BIN ('' for all), and the last one of the page before."""

    asked: str
    at_most: int
    after: int | None = None


@dataclass(frozen=True, slots=True)
class StatedAddress:
    """Where an organisation is written to, in a language; or was, until somebody said no more."""

    email: str
    language: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    """An organisation; `silent` of its programs fail or are called no more."""

    id: int
    bin: str
    name: str
    parties: Sequence[Party]
    addresses: Sequence[StatedAddress]
    programs: int
    silent: int


@dataclass(frozen=True, slots=True)
class Call:
    """A notice to a program and what became of it; `number` is the letter's."""

    kind: NoticeKind
    box: Box
    number: str | None
    claim_id: int | None
    attempts: int
    next_try_at: datetime | None
    sent_at: datetime | None
    reply: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Program:
    """A webhook without its secret; no kinds: it hears all of them."""

    id: int
    url: str
    kinds: Sequence[NoticeKind]
    is_active: bool
    stated_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    calls: Sequence[Call]


def organisations(session: Session, wanted: WantedOrganisations) -> list[KnownOrganisation]:
    """Those whose name or BIN holds what is asked for, by name."""
    return _organisations(session, asked=wanted.asked, after=wanted.after, at_most=wanted.at_most)


def organisation(session: Session, organisation_id: int) -> KnownOrganisation:
    """One of them. Errors: NotFound."""
    found = _organisations(session, only_id=organisation_id)
    if not found:
        raise NotFound(thing="organisation", key=organisation_id)
    return found[0]


def _organisations(session: Session, **asked: object) -> list[KnownOrganisation]:
    all_of_them = {"asked": "", "only_id": None, "after": None, "at_most": 1}
    return [_known(row._mapping) for row in session.execute(statement("organisations"), {**all_of_them, **asked})]


def _known(row: Any) -> KnownOrganisation:
    parties = [party for party in Party if party in row["parties"]]
    addresses = [StatedAddress(**one) for one in row["addresses"]]
    return KnownOrganisation(**{**row, "parties": parties, "addresses": addresses})


def programs(session: Session, organisation_id: int) -> list[Program]:
    """The programs of an organisation, the newest first, each with its last calls."""
    asked = {"organisation_id": organisation_id, "at_most": CALLS_SHOWN}
    calls: dict[int, list[Call]] = defaultdict(list)
    for row in session.execute(statement("last_calls"), asked):
        calls[row.webhook_id].append(_call(row._mapping))
    # Its secret is nobody's to read but the job's that sends, so that columns are named.
    shown = ("id", "url", "kinds", "is_active", "stated_at", "failing_since", "disabled_at")
    of_organisation = select(*(getattr(Webhook, name) for name in shown)).where(
        Webhook.organisation_id == organisation_id
    )
    rows = session.execute(of_organisation.order_by(Webhook.id.desc()))
    return [_program(row._mapping, calls[row.id]) for row in rows]


def _program(row: Any, calls: Sequence[Call]) -> Program:
    return Program(**{**row, "kinds": [NoticeKind(kind) for kind in row["kinds"] or ()]}, calls=calls)


def _call(row: Any) -> Call:
    is_failing = row["state"] == NoticeState.WAITING and row["attempts"] > 0
    told = {name: row[name] for name in Call.__slots__ if name in row}
    told["kind"] = NoticeKind(row["kind"])
    number = number_of(row["claim_number"], row["ordinal"]) if row["claim_number"] else None
    return Call(**told, box=Box.FAILING if is_failing else Box(row["state"]), number=number)
