"""Who acts, and what they may do."""

from dataclasses import dataclass, field
from enum import StrEnum

from roads.domain.errors import NotAllowed


class Permission(StrEnum):
    """What a use case may ask of an actor."""

    IMPORT_NETWORK = "import_network"
    IMPORT_CONTRACTS = "import_contracts"
    IMPORT_RULES = "import_rules"
    IMPORT_DEFECTS = "import_defects"
    RUN_JOBS = "run_jobs"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, job or command with its permissions."""

    name: str
    permissions: frozenset[Permission] = field(default_factory=frozenset)

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the actor holds the permission."""
        if permission not in self.permissions:
            raise NotAllowed(actor=self.name, permission=permission)


OPERATOR = Actor("operator", frozenset(Permission))
"""Whoever may run commands on the server: the operating system has checked who that is."""
