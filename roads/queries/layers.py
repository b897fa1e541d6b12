"""Layers for export: rows of public facts, streamed so that memory does not grow with the network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from roads.domain import open_data
from roads.domain.errors import RoadsError
from roads.sql import statement

BATCH = 10_000
LAYERS = ("attributions", *open_data.LAYERS)


class UnknownLayer(RoadsError):
    """There is no such layer. Carries `layer` and `layers`."""

    code = "unknown_layer"


@dataclass(frozen=True, slots=True)
class Layer:
    """Column names, and the rows in batches. A column `geometry` is WKB in EPSG:4326.

    `kinds` are the types of its columns by name, where the data dictionary has the layer.
    """

    columns: Sequence[str]
    batches: Iterator[Sequence[Sequence[Any]]]
    kinds: Mapping[str, str]


def layer(session: Session, name: str) -> Layer:
    """A layer by its name. Errors: UnknownLayer."""
    if name not in LAYERS:
        raise UnknownLayer(layer=name, layers=", ".join(LAYERS))
    result = (
        session.connection()
        .execution_options(stream_results=True, yield_per=BATCH)
        .execute(statement(f"export_{name}"))
    )
    known = open_data.LAYERS.get(name)
    kinds = {column.name: column.kind.value for column in known.columns} if known else {}
    return Layer(list(result.keys()), (batch for batch in result.partitions()), kinds)


def last_edition(session: Session) -> int:
    """The last edition of the maps; 0 while there is none."""
    return int(session.execute(statement("last_edition")).one().number)
