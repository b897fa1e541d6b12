"""`python -m api` serves the site and the API."""

import sys
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from roads.domain.errors import RoadsError
from roads.i18n import say
from roads.logs import configure_logs

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 1,
) -> None:
    """Serve until interrupted."""
    configure_logs()
    try:
        create_app().state.media.demand_usable()
    except RoadsError as wrong:
        code = f"database.{wrong.params['problem']}" if wrong.code == "database_unusable" else wrong.code
        print(say(f"error.{code}", params=wrong.params), file=sys.stderr)
        raise typer.Exit(2) from None
    uvicorn.run(
        "api.app:create_app", factory=True, host=host, port=port, workers=workers, access_log=False, server_header=False
    )


if __name__ == "__main__":
    app(prog_name="python -m api")
