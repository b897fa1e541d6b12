"""`import-network` and `import-posts`: roads from geodata files, and official chainage from kilometre posts."""

import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, Engine

from geo.bbox import Box
from geo.columns import Table
from geo.errors import UnusableFile
from geo.readers import Layer, open_layer
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
from roads.commands.tables import count_rows, progress
from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.remarks import Remark, Totals
from roads.i18n import say
from roads.usecases import network, network_early, network_posts
from roads.usecases.first_rows import FirstRows
from roads.usecases.network_columns import choose_columns
from roads.usecases.network_features import Prepared, Reading, prepare

app = typer.Typer()

WRITERS = 2
"""Connections that write at once: as many as a small server has cores."""
PREPARERS = 2
CARRIAGEWAYS_A_CHUNK = 25_000
ROADS_A_CHUNK = 2000

Source = Annotated[str | None, typer.Option(help="the source its features belong to; by default the file's name")]
LayerName = Annotated[str | None, typer.Option("--layer", help="the layer to read; by default the only one with lines")]
Renamed = Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, as often as needed")]
StatedCrs = Annotated[str | None, typer.Option("--crs", help="the CRS of a layer that does not say, as EPSG:32643")]
Retire = Annotated[bool, typer.Option("--retire", help="retire the source's features that are not in the file")]


@app.command()
@one_clear_line
def import_network(
    file: File,
    source: Source = None,
    layer: LayerName = None,
    renamed: Renamed = None,
    crs: StatedCrs = None,
    retire: Retire = False,
    report: ReportFile = None,
    dry_run: DryRun = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Roads from OpenStreetMap, GeoPackage, GeoJSON, Shapefile, FlatGeobuf or GeoParquet."""
    with surroundings() as here, Report(report, language) as said:
        opened = open_layer(file, layer=layer, crs=crs)
        columns = choose_columns(file.name, opened.columns, _mapping(file, renamed or ()))
        reading = Reading(source or file.stem, columns, opened.crs, here.settings.box, opened.is_openstreetmap)
        with _connected(here.engine, dry_run=dry_run) as places, _Phases(language) as phases:
            take_in_network(places, opened, reading, said, phases, retires=retire)
    finish(said)


def _mapping(file: Path, renamed: Sequence[str]) -> Mapping[str, str]:
    pairs = [words.partition("=") for words in renamed]
    for field, equals, column in pairs:
        if not (field and equals and column):
            raise UnusableFile(file=file.name, problem="bad_mapping", words=f"{field}{equals}{column}")
    return {field: column for field, _, column in pairs}


@dataclass(frozen=True, slots=True)
class Places:
    """Where an import works: one connection that keeps other imports out, and those that write beside it.

    A dry run has the one connection only, in a transaction that is undone.
    """

    main: Connection
    engine: Engine | None


@contextmanager
def _connected(engine: Engine, *, dry_run: bool) -> Iterator[Places]:
    with engine.connect() as connection:
        with transaction(connection, None) as session:
            network.claim(session)
        try:
            if not dry_run:
                yield Places(connection, engine)
                return
            with connection.begin() as undone:
                yield Places(connection, None)
                undone.rollback()
        finally:
            # A pooled connection would take the claim along.
            connection.invalidate()


class _Phases:
    """What the import is doing, shown on a terminal."""

    def __init__(self, language: str) -> None:
        self._language = language
        console = Console(file=sys.stderr)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)

    def __enter__(self) -> "_Phases":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, phase: str, total: int | None) -> None:
        """Show the next phase; `total` is None where nobody knows."""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._task = self._progress.add_task(say(f"network.phase.{phase}", self._language), total=total)

    def advance(self, steps: int) -> None:
        """So much more of the phase is done."""
        self._progress.advance(self._task, steps)


def take_in_network(
    places: Places, opened: Layer, reading: Reading, report: Report, phases: _Phases, *, retires: bool
) -> None:
    """All phases of an import; see `roads.usecases.network`."""
    main, source = places.main, reading.source
    staged = _stage(places, opened, reading, report, phases)
    phases.begin("settle", None)
    with transaction(main) as session:
        settled = network.settle(session, OPERATOR, source, has_ids=reading.columns.has_ids, retires=retires)
    _say_all(report, settled.remarks)
    _chain(main, source, settled.road_ids, phases)
    with transaction(main) as session:
        network.find_junctions(session, OPERATOR, source)
        unchanged = network.count_unchanged(session, OPERATOR, source)
        pieces = network.unwritten(session, OPERATOR, CARRIAGEWAYS_A_CHUNK)
    _write(places, source, pieces, phases)
    phases.begin("replace", None)
    with transaction(main) as session:
        network.replace(session, OPERATOR, source)
        network.finish(session, OPERATOR)
    _say_all(report, unchanged.remarks)
    rows = staged.rows - settled.set_aside
    report.count(Totals(rows - unchanged.rows, unchanged.rows, staged.set_aside + settled.set_aside))
    report.also["not_a_road"] = staged.not_a_road


@dataclass(slots=True)
class _Staged:
    """What was read so far."""

    rows: int = 0
    set_aside: int = 0
    not_a_road: int = 0

    def add(self, prepared: Prepared) -> None:
        self.rows += prepared.rows
        self.set_aside += prepared.set_aside
        self.not_a_road += prepared.not_a_road


def _stage(places: Places, opened: Layer, reading: Reading, report: Report, phases: _Phases) -> _Staged:
    """Read the file into staging, and write beside it what need not wait for its end."""
    with transaction(places.main) as session:
        network.begin(session, OPERATOR)
        writes_early = places.engine is not None and not network.was_known(session, reading.source)
    phases.begin("read", opened.count)
    staged, sorter = _Staged(), network_early.Sorter(writes_early=writes_early)
    try:
        with _early_writer(places, reading.source) as write_early:
            for features, prepared in _prepared(opened, reading):
                chunk = sorter.sort_out(prepared)
                with transaction(places.main) as session:
                    network.stage(session, OPERATOR, chunk)
                if len(chunk.early):
                    write_early(chunk.early)
                staged.add(prepared)
                _say_all(report, prepared.remarks)
                phases.advance(features)
    except UnusableFile:
        with transaction(places.main) as session:
            network_early.take_back(session, OPERATOR, reading.source)
        raise
    return staged


@contextmanager
def _early_writer(places: Places, source: str) -> Iterator[Callable[[Table], None]]:
    """Writes in the background, on connections of its own; all is written when it closes.

    It holds no more than a few chunks: where the database is slower than the file, reading waits.
    """

    def write(early: Table) -> None:
        with transaction(places.engine or places.main) as session:
            network_early.write_early(session, OPERATOR, source, early)

    def begin(early: Table) -> None:
        if len(writing) > WRITERS:
            writing.popleft().result()
        writing.append(writers.submit(write, early))

    writing: deque[Future[None]] = deque()
    with ThreadPoolExecutor(WRITERS) as writers:
        try:
            yield begin
            for written in writing:
                written.result()
        finally:
            writers.shutdown(wait=False, cancel_futures=True)


def _prepared(opened: Layer, reading: Reading) -> Iterator[tuple[int, Prepared]]:
    """Chunks checked and measured in the order of the file, the next one while the last is being stored."""
    with ThreadPoolExecutor(PREPARERS) as preparers:
        waiting: deque[tuple[int, Future[Prepared]]] = deque()
        for chunk in opened.chunks(reading.columns.names):
            waiting.append((len(chunk.wkb), preparers.submit(prepare, reading, chunk)))
            if len(waiting) > PREPARERS:
                features, future = waiting.popleft()
                yield features, future.result()
        for features, future in waiting:
            yield features, future.result()


def _chain(main: Connection, source: str, road_ids: Sequence[int], phases: _Phases) -> None:
    phases.begin("chain", len(road_ids))
    for start in range(0, len(road_ids), ROADS_A_CHUNK):
        some = road_ids[start : start + ROADS_A_CHUNK]
        with transaction(main) as session:
            network.chain(session, OPERATOR, source, some)
        phases.advance(len(some))


def _write(places: Places, source: str, pieces: Sequence[network.Piece], phases: _Phases) -> None:
    """Write new carriageways, on several connections where there are any."""
    phases.begin("write", sum(piece.carriageways for piece in pieces))

    def write(piece: network.Piece) -> None:
        with transaction(places.engine or places.main) as session:
            network.write(session, OPERATOR, source, piece)
        phases.advance(piece.carriageways)

    with ThreadPoolExecutor(WRITERS if places.engine else 1) as writers:
        for _ in writers.map(write, pieces):
            pass


def _say_all(report: Report, remarks: Sequence[Remark]) -> None:
    for remark in sorted(remarks, key=lambda r: r.row):
        report.say(remark)


@app.command(epilog=column_help(network_posts.REQUIRED_COLUMNS, network_posts.OTHER_COLUMNS))
@one_clear_line
def import_posts(
    file: File, report: ReportFile = None, dry_run: DryRun = False, language: Language = IN_ENGLISH
) -> None:
    """Kilometre posts (CSV or XLSX): chainage between them becomes official."""
    chunks = read_table(file, required=network_posts.REQUIRED_COLUMNS, known=network_posts.OTHER_COLUMNS)
    with surroundings() as here, Report(report, language) as said, _connected(here.engine, dry_run=dry_run) as places:
        with progress(chunks, count_rows(file)) as counted, FirstRows() as first_rows:
            road_ids = _take_posts(places.main, counted, here.settings.box, first_rows, said)
        with _Phases(language) as phases:
            calibrate_roads(places.main, road_ids, phases)
    finish(said)


def _take_posts(
    main: Connection, chunks: Iterator[Sequence[Row]], area: Box, first_rows: FirstRows, report: Report
) -> set[int]:
    road_ids: set[int] = set()
    for rows in chunks:
        remarks: list[Remark] = []
        with transaction(main) as session:
            command = network_posts.ImportPosts(rows, area, first_rows)
            taken = network_posts.take_posts(session, OPERATOR, command, remarks.append)
        road_ids |= set(taken.road_ids)
        report.count(taken.totals)
        _say_all(report, remarks)
    return road_ids


def calibrate_roads(main: Connection, road_ids: Collection[int], phases: _Phases) -> None:
    """Measure roads anew by their posts. Also where no post changed: an import that was cut short may have left it."""
    with transaction(main) as session:
        sources = network_posts.sources_of_roads(session, OPERATOR, road_ids)
    for source in sources:
        with transaction(main) as session:
            network.begin(session, OPERATOR)
        _chain(main, source, sorted(road_ids), phases)
        with transaction(main) as session:
            network.find_junctions(session, OPERATOR, source)
            network.replace(session, OPERATOR, source)
            network.finish(session, OPERATOR)
