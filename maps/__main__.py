"""The public maps from the command line: `python -m maps build`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from maps.publish import publish
from maps.surroundings import Surroundings
from roads.commands.running import IN_ENGLISH, one_clear_line
from roads.i18n import say
from roads.settings import read_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

Out = Annotated[Path | None, typer.Option("--out", help="the folder to build into; ROADS_MAPS_FOLDER by default")]
OneLanguage = Annotated[
    Literal["kk", "ru", "en"] | None, typer.Option("--language", help="one language; all by default")
]


@app.callback()
def maps() -> None:
    """Build the public maps into static files."""


@app.command()
@one_clear_line
def build(out: Out = None, language: OneLanguage = None) -> None:
    """Build all public maps; what has not changed is not written again."""
    settings = read_settings()
    folder = out or settings.maps_folder
    given = Surroundings.of(settings.language_codes, settings.box, settings.basemap_url, settings.basemap_attribution)
    done = publish(folder, given, [language] if language else [])
    print(say("map.built", language or IN_ENGLISH, {"folder": folder, "written": done.written}))


if __name__ == "__main__":
    app(prog_name="python -m maps")
