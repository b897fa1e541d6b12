"""The ledger's order: entries get their place, the tree grows by them, and its root is signed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from roads.db import wait_for_turn
from roads.domain.actors import Actor, Permission
from roads.domain.ledger import whole_nodes
from roads.models import LedgerCheckpoint
from roads.queries.ledger import hashes, ledger_size
from roads.sql import statement
from roads.usecases.copying import copy_rows
from roads.usecases.signing import Signer
from roads.verify_ledger import Tree, leaf_hash


@dataclass(frozen=True, slots=True)
class SequenceLedger:
    """Give entries their place, so many in one transaction. Without a signer no checkpoint is made."""

    at_most: int
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class Sequenced:
    """How many entries got their place, and how many checkpoints were made (1 or 0)."""

    entries: int
    checkpoints: int


def sequence_ledger(session: Session, actor: Actor, command: SequenceLedger) -> Sequenced:
    """Append what waits, in the order of its numbers among what is committed, and sign the tree as it is then.

    All of it or nothing: a run that is killed leaves the order, the tree and the queue as they were.
    """
    actor.require(Permission.RUN_JOBS)
    # Two at once would both count on from the same place.
    wait_for_turn(session, "sequence ledger")
    known = ledger_size(session)
    tree = Tree(known.size, hashes(session, whole_nodes((0, known.size))))
    entries = session.execute(statement("ledger_take_waiting"), {"at_most": command.at_most}).all()
    _append(session, tree, [(entry.id, leaf_hash(entry.text.encode())) for entry in entries])
    if command.signer is None or tree.size == known.signed:
        return Sequenced(len(entries), 0)
    note = command.signer.checkpoint(tree)
    session.execute(
        insert(LedgerCheckpoint).values(size=tree.size, root=tree.root(), note=note, key=str(command.signer.key))
    )
    return Sequenced(len(entries), 1)


def _append(session: Session, tree: Tree, leaves: Sequence[tuple[int, bytes]]) -> None:
    placed, whole = [], []
    for entry_id, leaf in leaves:
        placed.append((tree.size, entry_id, leaf))
        whole += tree.append(leaf)
    copy_rows(session, "ledger_leaf", "n, entry_id, hash", placed)
    copy_rows(session, "ledger_node", "level, position, hash", whole)
