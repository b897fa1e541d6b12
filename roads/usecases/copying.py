"""Many rows written at once, by COPY."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from geo.columns import Table, to_csv
from roads.db import driver_of


def copy_table(session: Session, into: str, table: Table) -> None:
    """Append an Arrow table to a table with the same column names, by COPY."""
    if len(table):
        columns = ", ".join(table.column_names)
        with (
            driver_of(session).cursor() as cursor,
            cursor.copy(f"COPY {into} ({columns}) FROM STDIN (FORMAT csv)") as copy,
        ):
            copy.write(to_csv(table))


def copy_rows(session: Session, into: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Append rows to a table, by COPY."""
    with driver_of(session).cursor() as cursor, cursor.copy(f"COPY {into} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
