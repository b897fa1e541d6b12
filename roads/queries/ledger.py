"""What the ledger says, for export, and whether the tables still say the same."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from roads.domain.ledger import Spot
from roads.sql import statement
from roads.verify_ledger import canonical, differing

STREAMED = {"stream_results": True, "yield_per": 500}


def ledger_size(session: Session) -> Row[Any]:
    """`size`: entries with their place; `waiting`: without; `signed`: how many the last checkpoint vouches for."""
    return session.execute(statement("ledger_size")).one()


def hashes(session: Session, spots: Sequence[Spot]) -> list[bytes]:
    """The hashes of nodes of the tree."""
    asked = {"levels": [level for level, _ in spots], "positions": [position for _, position in spots]}
    return [bytes(one) for one in session.scalars(statement("ledger_hashes"), asked)]


def exported_ledger(session: Session) -> Iterator[str]:
    """The lines of an export: a head, every entry in its place, each checkpoint after what it vouches for."""
    keys = session.scalars(text("SELECT key FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")).one_or_none()
    yield canonical({"format": "sapaly-zhol-ledger-1", "key": keys})
    with session.execute(statement("export_ledger"), execution_options=STREAMED) as rows:
        for row in rows:
            yield canonical(exported_entry(row))
            if row.note is not None:
                yield canonical({"checkpoint": row.note})


def exported_entry(row: Any) -> dict[str, object]:
    """An entry as the export and the public list write it; of a chunk also its records, where the row has them."""
    line: dict[str, object] = {"n": row.n, "leaf": bytes(row.hash).hex(), "text": row.text}
    if getattr(row, "records", None) is not None:
        digests = bytes(row.digests)
        each = (digests[at : at + 32].hex() for at in range(0, len(digests), 32))
        line["rows"] = [list(pair) for pair in zip(row.records, each, strict=True)]
    return line


@dataclass(frozen=True, slots=True)
class Strayed:
    """A record that is not what the ledger says it is. `code` says how; `number` is None where no entry tells of it."""

    code: str
    subject: str
    record: str
    number: int | None
    columns: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How many records were compared, how many could not be told in full because a salt was deleted, and the first
    one that strayed."""

    records: int
    forgotten: int
    strayed: Strayed | None


def compare_with_tables(session: Session) -> Compared:
    """Whether each record is what its last entry left; the first one that is not, in the order of entries.

    For the owner of the tables: it reads salts, which the application may not.
    """
    counted = session.execute(statement("ledger_records_counted")).one()
    with session.execute(statement("ledger_differences"), execution_options=STREAMED) as rows:
        first = next((one for row in rows if (one := _strayed(row))), None)
    return Compared(counted.records, counted.forgotten, first)


def _strayed(row: Any) -> Strayed | None:
    if row.entry_id is not None and row.is_forgotten and _is_the_rest(row.told, row.live):
        return None
    code = "no_entry" if row.entry_id is None else "not_there" if row.live is None else "not_as_told"
    was, live = json.loads(row.told or "null"), json.loads(row.live or "null")
    return Strayed(code, row.subject, row.record, row.number, differing(was, live) if row.told and row.live else "")


def _is_the_rest(told: str | None, live: str) -> bool:
    """Whether a record whose salt was deleted is as told in all that is no commitment; of a chunk nobody can say."""
    if told is None:
        return True
    known = {name: value for name, value in json.loads(told).items() if not isinstance(value, dict)}
    return canonical(known) == live
