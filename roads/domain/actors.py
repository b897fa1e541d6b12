"""Who acts, for whom, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from roads.domain.errors import NotAllowed


class Permission(StrEnum):
    """What a use case may ask of an actor."""

    IMPORT_NETWORK = "import_network"
    IMPORT_CONTRACTS = "import_contracts"
    IMPORT_RULES = "import_rules"
    IMPORT_DEFECTS = "import_defects"
    RECORD_INSPECTIONS = "record_inspections"
    STATE_CLAIM_TERMS = "state_claim_terms"
    PURSUE_CLAIMS = "pursue_claims"
    ANSWER_CLAIMS = "answer_claims"
    VERIFY_REPAIRS = "verify_repairs"
    MANAGE_ACCOUNTS = "manage_accounts"
    KEEP_PHOTOS = "keep_photos"
    MASK_PHOTOS = "mask_photos"
    RELEASE_PHOTOS = "release_photos"
    SEE_ORIGINALS = "see_originals"
    MANAGE_NOTICES = "manage_notices"
    RUN_JOBS = "run_jobs"


class Role(StrEnum):
    """What a person is to the system; each acts for one organisation."""

    INSPECTOR = "inspector"
    ENGINEER = "engineer"
    CONTRACTOR = "contractor"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.INSPECTOR: frozenset(
        {
            Permission.IMPORT_DEFECTS,
            Permission.RECORD_INSPECTIONS,
            Permission.KEEP_PHOTOS,
            Permission.SEE_ORIGINALS,
        }
    ),
    Role.ENGINEER: frozenset(
        {
            Permission.IMPORT_CONTRACTS,
            Permission.IMPORT_DEFECTS,
            Permission.RECORD_INSPECTIONS,
            Permission.PURSUE_CLAIMS,
            Permission.VERIFY_REPAIRS,
            Permission.KEEP_PHOTOS,
            Permission.MASK_PHOTOS,
            Permission.RELEASE_PHOTOS,
            Permission.SEE_ORIGINALS,
        }
    ),
    Role.CONTRACTOR: frozenset({Permission.ANSWER_CLAIMS, Permission.KEEP_PHOTOS}),
    Role.SUPERVISOR: frozenset({Permission.SEE_ORIGINALS}),
    Role.AUDITOR: frozenset({Permission.SEE_ORIGINALS}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.IMPORT_NETWORK,
            Permission.IMPORT_CONTRACTS,
            Permission.IMPORT_RULES,
            Permission.STATE_CLAIM_TERMS,
            Permission.MANAGE_ACCOUNTS,
            Permission.SEE_ORIGINALS,
            Permission.MANAGE_NOTICES,
        }
    ),
}
"""Supervisors and auditors read; which rows is a matter of scope, not of permission. A contractor sees the originals
of its own photos alone: on others' photos faces and plates may be masked."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, job or command with its permissions.

    `name` is a code and never a person's name, because the ledgers keep it. Jobs and commands act for no organisation.
    Who has signed in has an account (`user_id`), and a region (`kato`, two digits) where the role is bound to one.
    """

    name: str
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    organisation_id: int | None = None
    role: Role | None = None
    user_id: int | None = None
    kato: str | None = None

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the actor holds the permission."""
        if permission not in self.permissions:
            raise NotAllowed(actor=self.name, permission=permission)


def person(
    name: str, role: Role, organisation_id: int, *, user_id: int | None = None, kato: str | None = None
) -> Actor:
    """Somebody who acts in a role for an organisation, with what the role may do."""
    return Actor(name, PERMISSIONS[role], organisation_id, role, user_id, kato)


OPERATOR = Actor("operator", frozenset(Permission))
"""Whoever may run commands on the server: the operating system has checked who that is."""
