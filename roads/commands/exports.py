"""`export` writes a layer of public facts to a file."""

from pathlib import Path
from typing import Annotated

import typer

from geo.writers import write_layer, write_lines
from roads.commands.running import IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import Role, transaction
from roads.i18n import say
from roads.queries.layers import LAYERS, layer
from roads.queries.ledger import exported_ledger

app = typer.Typer()
NAMES = f"{', '.join(LAYERS)} or ledger"


@app.command()
@one_clear_line
def export(
    name: Annotated[str, typer.Argument(metavar="LAYER", help=NAMES)],
    file: Annotated[Path, typer.Argument(help=".csv, .gpkg, .geojson, .fgb or .parquet; .jsonl for the ledger")],
    language: Language = IN_ENGLISH,
) -> None:
    """Write a layer to a file; the file appears whole or not at all."""
    with surroundings() as here, transaction(here.engine, Role.PUBLIC) as session:
        if name == "ledger":
            written = write_lines(file, exported_ledger(session))
        else:
            rows = layer(session, name)
            written = write_layer(file, rows.columns, rows.batches, rows.kinds)
    print(say("command.exported", language, {"rows": written, "file": file}))  # noqa: T201
