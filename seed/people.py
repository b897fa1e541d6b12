"""People of the demonstration, one for each role, so that everybody can look at it through everybody's eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Role
from roads.queries.accounts import find_user
from roads.usecases.accounts import CreateUser, GivenRole, create_user, set_password
from roads.usecases.accounts_secrets import hash_password, is_password
from seed.organisations import QUALITY_CENTRE

HOST = "demo.invalid"
"""No such host can ever be: nothing that is mailed there arrives at a stranger's."""

_PARTIES = text("""
    SELECT customer.bin AS customer, contractor.bin AS contractor, supervisor.bin AS supervisor
    FROM contract c
    JOIN organisation customer ON customer.id = c.customer_id
    JOIN organisation contractor ON contractor.id = c.contractor_id
    JOIN organisation supervisor ON supervisor.id = c.supervisor_id
    LEFT JOIN (
        SELECT o.customer_id, max(l.changed_on) AS mended_on
        FROM claim_line l
        JOIN contract o ON o.id = l.contract_id
        WHERE l.state = 'verified'
        GROUP BY o.customer_id
    ) AS verified ON verified.customer_id = c.customer_id
    ORDER BY
        verified.mended_on DESC NULLS LAST,
        (SELECT count(*) FROM claim_line l WHERE l.contract_id = c.id AND l.facts IS NOT NULL) DESC, c.id
    LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Parties:
    """The BINs of those who meet over one contract."""

    customer: str
    contractor: str
    supervisor: str

    def given(self, role: Role) -> list[GivenRole]:
        """What somebody in this role may act as; the auditor also verifies repairs that are offered to the centre."""
        also = [GivenRole(Role.ENGINEER, QUALITY_CENTRE.bin)] if role is Role.AUDITOR else []
        return [GivenRole(role, self.bin_of(role)), *also]

    def bin_of(self, role: Role) -> str:
        """For whom somebody in this role acts."""
        own = {Role.CONTRACTOR: self.contractor, Role.SUPERVISOR: self.supervisor}
        above = dict.fromkeys((Role.AUDITOR, Role.ADMINISTRATOR), QUALITY_CENTRE.bin)
        return {**own, **above}.get(role, self.customer)


@dataclass(frozen=True, slots=True)
class KeepPeople:
    """Let people of these parties sign in with this password."""

    parties: Parties
    password: str


def parties_of_demo(session: Session) -> Parties:
    """Those of the contract with the most to talk about, of the customer whose repair was verified last: of that one
    somebody says that it is none."""
    row = session.execute(_PARTIES).one()
    return Parties(row.customer, row.contractor, row.supervisor)


def keep_people(session: Session, actor: Actor, command: KeepPeople, *, now: datetime) -> Mapping[Role, str]:
    """Make who is missing, and give the logins. Who has another password gets this one; all share one hash."""
    logins = {role: f"{role.value}@{HOST}" for role in Role}
    known = {role: user for role, login in logins.items() if (user := find_user(session, login))}
    kept = next((user.password_hash for user in known.values()), None)
    if kept is None or not is_password(command.password, kept):
        kept = hash_password(command.password)
    for role, login in logins.items():
        user = known.get(role)
        if user is None:
            given = command.parties.given(role)
            create_user(session, actor, CreateUser(login, f"demo-{role.value}", "ru", given, kept), now=now)
        elif user.password_hash != kept:
            set_password(session, user.id, kept, now=now)
    return logins
