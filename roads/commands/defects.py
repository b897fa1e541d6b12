"""`import-defects`: what inspectors and surveys found comes in by file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from geo.features import is_table, open_features
from geo.tables import Row, read_table
from roads.commands.reports import Report
from roads.commands.running import (
    IN_ENGLISH,
    DryRun,
    File,
    Language,
    ReportFile,
    column_help,
    finish,
    one_clear_line,
    surroundings,
)
from roads.commands.tables import count_rows, progress, take_in
from roads.domain.actors import OPERATOR
from roads.domain.defects import OTHER_COLUMNS, REQUIRED_COLUMNS
from roads.domain.remarks import Say, Totals
from roads.usecases import defects

app = typer.Typer()

Source = Annotated[str | None, typer.Option(help="the source the defects belong to; by default the file's name")]
LayerName = Annotated[str | None, typer.Option("--layer", help="the layer to read; by default the only one")]
StatedCrs = Annotated[str | None, typer.Option("--crs", help="the CRS of a layer that does not say, as EPSG:32643")]


@app.command(epilog=column_help(REQUIRED_COLUMNS, OTHER_COLUMNS))
@one_clear_line
def import_defects(
    file: File,
    source: Source = None,
    layer: LayerName = None,
    crs: StatedCrs = None,
    report: ReportFile = None,
    dry_run: DryRun = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Defects from CSV, XLSX or geodata of points and lines; `place-defects` places them afterwards."""
    chunks, rows = _opened(file, layer, crs)
    with surroundings() as here, Report(report, language) as said:
        area, zone = here.settings.box, here.settings.zone

        def take(session: Session, chunk: Sequence[Row], say: Say) -> Totals:
            command = defects.ImportDefects(chunk, source or file.stem, area, zone)
            return defects.import_defects(session, OPERATOR, command, say, today=here.today)

        with progress(chunks, rows) as counted:
            take_in(here.engine, counted, take, said, dry_run=dry_run)
    finish(said)


def _opened(file: Path, layer: str | None, crs: str | None) -> tuple[Iterator[list[Row]], int | None]:
    """The rows of the file in chunks, and about how many there are."""
    if is_table(file):
        return read_table(file, required=REQUIRED_COLUMNS, known=OTHER_COLUMNS), count_rows(file)
    features = open_features(file, required=REQUIRED_COLUMNS, known=OTHER_COLUMNS, layer=layer, crs=crs)
    return features.chunks(), features.count
