"""What every table shares: names of constraints, column types of the trade, the recorded period."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, DateTime, Identity, MetaData, Text, text
from sqlalchemy.dialects.postgresql import INT4RANGE, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


class Base(DeclarativeBase):
    """All tables live in one schema; derived ones say so in their docstring."""

    metadata = MetaData(naming_convention=NAMING)


def one_of(column: str, codes: type[Any], *, name: str | None = None) -> CheckConstraint:
    """A text column that holds one of an enumeration's codes: readable in psql, and refused when mistyped."""
    listed = ", ".join(f"'{code.value}'" for code in codes)
    return CheckConstraint(text(f"{column} IN ({listed})"), name=name or column)


def all_of(column: str, codes: type[Any]) -> CheckConstraint:
    """A text[] column that holds at least one of an enumeration's codes and nothing else."""
    listed = ", ".join(f"'{code.value}'" for code in codes)
    return CheckConstraint(text(f"{column} <@ ARRAY[{listed}]::text[] AND cardinality({column}) > 0"), name=column)


# Keys are 32 bits wide on purpose: btree_gist has no operator between int4 and int8, and the exclusion
# constraint of `liability` carries one.
Key = Annotated[int, mapped_column(Identity(always=True), primary_key=True)]

# Chainage in whole centimetres, half-open: a point is [m, m+1), because an empty range forgets its place.
Extent = Annotated[Range[int], mapped_column(INT4RANGE, nullable=False)]

# When the system knew the row: open above while it is the current version.
Recorded = Annotated[
    Range[datetime],
    mapped_column(TSTZRANGE, nullable=False, server_default=text("tstzrange(clock_timestamp(), NULL)")),
]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Words = Annotated[str, mapped_column(Text)]
