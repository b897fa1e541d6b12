"""The ledger: every change of state, in an order whose Merkle tree is signed. Rows are added and never changed."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    SmallInteger,
    Text,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from roads.models.base import Base


class LedgerEntry(Base):
    """One change of one record, or a chunk of many records that came in at once; written by triggers alone.

    `text` is canonical JSON and what is hashed. Of a chunk, `records` names its records and `digests` are the SHA-256
    of their texts, 32 bytes each, in the same order.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint(
            "(record IS NULL) = (records IS NOT NULL) AND (records IS NULL) = (digests IS NULL)", name="rows"
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    record: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    records: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    digests: Mapped[bytes | None] = mapped_column(LargeBinary)


class LedgerWaiting(Base):
    """Entries without a place in the order yet. Transactions commit in any order: no entry is asked for by number."""

    __tablename__ = "ledger_waiting"

    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class LedgerLeaf(Base):
    """The place of an entry, counted from 0 without a gap, and the RFC 6962 hash of its text."""

    __tablename__ = "ledger_leaf"

    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_entry.id"), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerNode(Base):
    """A node of the tree over `2 ** level` leaves, once all of them are there; leaves are level 0, and not here."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerCheckpoint(Base):
    """A signed statement of the tree's root at a size, and the public key that verifies it."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


class LedgerSalt(Base):
    """The salt under which words and persons of a record are committed to. Deleted, they are forgotten."""

    __tablename__ = "ledger_salt"

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    record: Mapped[str] = mapped_column(Text, primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
