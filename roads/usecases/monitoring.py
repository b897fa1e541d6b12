"""Which contracts are monitored: the objects of the national figure."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.contracts import ContractKey
from roads.domain.errors import NotFound
from roads.models import Contract
from roads.queries.contracts import lock_contracts
from roads.usecases.acting import acts


@dataclass(frozen=True, slots=True)
class MonitorContract:
    """Switch the monitoring of a contract on or off."""

    key: ContractKey
    is_monitored: bool = True


def monitor_contract(session: Session, actor: Actor, command: MonitorContract) -> bool:
    """Switch it; gives whether anything changed. Errors: NotAllowed, NotFound."""
    actor.require(Permission.IMPORT_CONTRACTS)
    known = lock_contracts(session, [command.key]).get(command.key)
    if known is None:
        raise NotFound(thing="contract", key=command.key.number)
    acts(session, actor, "monitor_contract")
    changed = (
        update(Contract)
        .where(Contract.id == known.id, Contract.is_monitored.is_distinct_from(command.is_monitored))
        .values(is_monitored=command.is_monitored)
        .returning(Contract.id)
    )
    return session.scalars(changed).one_or_none() is not None
