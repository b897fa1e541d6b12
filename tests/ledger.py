"""A ledger that was put in order and signed, with its export: what tests plant their edits in."""

import json
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR
from roads.queries.ledger import Compared, compare_with_tables, exported_ledger
from roads.usecases.ledger import Sequenced, SequenceLedger, sequence_ledger
from roads.usecases.signing import Signer
from roads.verify_ledger import Trouble, Verified, verify

SECRET = b64encode(bytes(range(32))).decode()
SIGNER = Signer("ledger.test", SECRET)


def sequence(session: Session, *, at_most: int = 10_000, signer: Signer | None = SIGNER) -> Sequenced:
    return sequence_ledger(session, OPERATOR, SequenceLedger(at_most, signer))


def entries(session: Session, subject: str, **of: object) -> list[dict[str, Any]]:
    """What the ledger says of a subject, oldest first; `of` are members that an entry must have."""
    texts = session.scalars(
        text("SELECT text FROM ledger_entry WHERE subject = :subject ORDER BY id"), {"subject": subject}
    )
    told = [json.loads(one) for one in texts]
    return [one for one in told if all(one.get(name) == value for name, value in of.items())]


def by_hand(session: Session, statement: str, **values: object) -> None:
    """A superuser changes something, and no trigger sees it."""
    session.execute(text("RESET ROLE"))
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text(statement), values)
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.execute(text("SET LOCAL ROLE roads_jobs"))


def compared(session: Session) -> Compared:
    """The tables against the ledger, as their owner does it."""
    session.execute(text("SET LOCAL ROLE roads_owner"))
    try:
        return compare_with_tables(session)
    finally:
        session.execute(text("SET LOCAL ROLE roads_jobs"))


@dataclass
class Exported:
    """An export with the checkpoint that vouches for all of it."""

    file: Path
    lines: list[dict[str, Any]]
    note: str

    @classmethod
    def of(cls, session: Session, file: Path) -> "Exported":
        lines = [json.loads(line) for line in exported_ledger(session)]
        note = session.scalars(text("SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")).one()
        return cls(file, lines, note)

    def entry(self, number: int) -> dict[str, Any]:
        return next(line for line in self.lines if line.get("n") == number)

    def verified(self, *, key: str | None = str(SIGNER.key)) -> Verified | Trouble:
        self.file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines))
        return verify(self.file, self.note, key)
