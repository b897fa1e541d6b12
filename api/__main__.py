"""`python -m api` serves the site and the API; `python -m api export-site` writes the public site as files."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.listening import listening
from api.static_edition import Segments, Wanted, export_site
from roads.commands.running import IN_ENGLISH, Language, one_clear_line
from roads.domain.errors import RoadsError
from roads.i18n import say
from roads.logs import configure_logs
from roads.queries.tiles import LARGEST_ZOOM
from roads.settings import read_settings

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 1,
) -> None:
    """Serve until interrupted, where no other command is given."""
    if context.invoked_subcommand is not None:
        return
    configure_logs()
    try:
        create_app().state.media.demand_usable()
    except RoadsError as wrong:
        code = f"database.{wrong.params['problem']}" if wrong.code == "database_unusable" else wrong.code
        print(say(f"error.{code}", params=wrong.params), file=sys.stderr)
        raise typer.Exit(2) from None
    options: dict[str, Any] = {"factory": True, "host": host, "port": port, "access_log": False, "server_header": False}
    if workers == 1:
        uvicorn.run("api.served:served_app", **options)
        return
    config = uvicorn.Config("api.served:served_app", workers=workers, **options)
    Multiprocess(config, sockets=[listening(config)]).run()


@app.command("export-site")
@one_clear_line
def export(
    out: Annotated[Path, typer.Argument(help="a folder, or a file .tar.gz or .zip")],
    segments: Annotated[
        Segments, typer.Option(help="which segments have pages; the others a note that leads to the live site")
    ] = Segments.WITH_CONTRACTS,
    zooms: Annotated[str, typer.Option(help="first and last zoom of tiles, 0 to 16")] = "3..12",
    processes: Annotated[int, typer.Option(min=1, help="how many work at a time")] = os.cpu_count() or 1,
    language: Language = IN_ENGLISH,
) -> None:
    """Write the public site as files for any web server; they appear whole or not at all."""
    configure_logs()
    first, _, last = zooms.partition("..")
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last) <= LARGEST_ZOOM):
        raise typer.BadParameter("3..12 is expected", param_hint="--zooms")
    wanted = Wanted(segments, (int(first), int(last)), processes)
    counts = export_site(read_settings(), out.absolute(), wanted)
    figures = {name: counts[name] for name in ("pages", "tiles", "files", "notes")}
    print(say("command.site_exported", language, {**figures, "path": out}))


if __name__ == "__main__":
    app(prog_name="python -m api")
