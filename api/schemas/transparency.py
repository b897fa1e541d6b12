"""Checkpoints and proofs of the ledger; hashes are hexadecimal, a note is as C2SP writes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from roads.queries.public import type_of_row

Hash = str


class CheckpointShape(BaseModel):
    """How large the tree was and which root it had; `note` is that, signed, and `key` verifies it."""

    size: int
    root: Hash
    made_at: datetime
    note: str
    key: str = Field(examples=["sapaly-zhol+1a2b3c4d+AW..."])

    @classmethod
    def of(cls, row: type_of_row) -> Self:
        """The shape of a row."""
        return cls(size=row.size, root=bytes(row.root).hex(), made_at=row.made_at, note=row.note, key=row.key)


class CheckpointList(BaseModel):
    """A page of checkpoints; `next` is the next page's `after`."""

    items: list[CheckpointShape]
    next: int | None

    @classmethod
    def of(cls, rows: Sequence[type_of_row], limit: int) -> Self:
        """The shape of rows, of which one more than the page holds was asked for."""
        items = [CheckpointShape.of(row) for row in rows[:limit]]
        return cls(items=items, next=items[-1].size if len(rows) > limit else None)


class InclusionShape(BaseModel):
    """That an entry is in the tree of `size` entries (RFC 6962, section 2.1.1): fold `leaf` with `path`, get `root`."""

    number: int
    size: int
    leaf: Hash
    path: list[Hash]
    root: Hash


class ConsistencyShape(BaseModel):
    """That the tree of `size` entries begins with the one of `old` entries (RFC 6962, section 2.1.2)."""

    old: int
    size: int
    path: list[Hash]
    old_root: Hash
    root: Hash
