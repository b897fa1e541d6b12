"""The two clocks of a line are started: the days are worked out once, and only compared from then on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from roads.domain.deadlines import (
    Deadline,
    KnownDeadline,
    Site,
    Winter,
    allowance,
    rectification_deadline,
    rule_for,
    safety_deadline,
)
from roads.domain.rules import DeadlineKind
from roads.domain.working_days import Calendar
from roads.queries.claims import OwnTerms, own_terms, sites_of_lines
from roads.queries.rules import calendar, deadline_rules


@dataclass(frozen=True, slots=True)
class Clocks:
    """Everything that decides the deadlines of one contract's lines."""

    own: OwnTerms
    rules: Sequence[KnownDeadline]
    calendar: Calendar

    def started(self, on: date, site: Site, winter: Winter | None) -> dict[str, Any]:
        """The columns of a line whose clocks start on a day."""
        safety_rule = rule_for(DeadlineKind.TEMPORARY, site, self.rules)
        rectify_rule = rule_for(DeadlineKind.RECTIFICATION, site, self.rules)
        safety = safety_deadline(on, allowance(self.own.safety, safety_rule), self.calendar)
        rectify = rectification_deadline(on, allowance(self.own.rectify, rectify_rule), self.calendar, winter)
        return {
            "clock_from": on,
            **_columns("safety", safety),
            **_columns("rectify", rectify),
            "rectify_by_before_winter": rectify.unmoved if rectify else None,
        }


def clocks_of(session: Session, contract_id: int, customer_id: int) -> Clocks:
    """What holds for the lines of a contract today."""
    return Clocks(own_terms(session, contract_id, customer_id), deadline_rules(session), calendar(session))


def start_clocks(session: Session, clocks: Clocks, line_ids: Collection[int], on: date) -> dict[int, dict[str, Any]]:
    """The columns of lines whose clocks start on a day, by line."""
    sites = sites_of_lines(session, line_ids)
    return {line_id: clocks.started(on, site, winter) for line_id, (site, winter) in sites.items()}


def _columns(clock: str, deadline: Deadline | None) -> dict[str, Any]:
    return {
        f"{clock}_by": deadline.by if deadline else None,
        f"{clock}_origin": deadline.allowance.origin if deadline else None,
        f"{clock}_rule_id": deadline.allowance.rule_id if deadline else None,
    }
