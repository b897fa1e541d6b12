"""`make run`: the whole system on this machine, from an empty folder to a page in the browser, until Ctrl-C.

    HOST, PORT           where to serve (127.0.0.1, 8000)
    ROADS_DATABASE_URL   any PostGIS database, in place of the private server
    DEMO=1               loads the demo there too

The steps can be repeated: a second run finds everything in place.
"""

import base64
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from children import StopAskedError, child, run_child, stop_on_signals
from cluster import CHECKOUT, SetUpError, address, cluster_of, in_plain_words, make_folder, running, say, write_private
from psycopg import sql

PYTHON = CHECKOUT / ".venv" / "bin" / "python"
ANSWER_WITHIN_S = 60
MAP = "map/status"
JOBS = (
    "place-defects", "attribute-defects", "note-changed-lines", "draft-claims", "accept-by-silence", "link-recurrences",
    "flag-overdue", "plan-inspections", "flag-lost-warranties", "forget-answers", "refresh-status", "sequence-ledger",
    "publish-maps", "publish-data",
)  # fmt: skip
"""The round of the timetable: what the site shows is there before anybody looks."""


@dataclass(frozen=True)
class Place:
    """Where the site is served."""

    host: str
    port: int

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"


def main() -> int:
    place = place_to_serve(os.environ)
    must_be_free(place)
    with database(os.environ) as (url, is_private):
        environment = environment_for(place, url, os.environ)
        prepare(environment, demo_arguments(os.environ, is_private))
        return serve(place, environment)


# --- where ---


def place_to_serve(environment: Mapping[str, str]) -> Place:
    host, port = environment.get("HOST") or "127.0.0.1", environment.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise SetUpError(f"PORT={port} is no port: give a number between 1 and 65535.")
    return Place(host, int(port))


def must_be_free(place: Place) -> None:
    """Refuses before any work is done, in one line."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except PermissionError:
        raise SetUpError(f"No permission to serve on port {place.port}: choose one above 1023, PORT=8000.") from None
    except socket.gaierror:
        raise SetUpError(f"HOST={place.host} is no address of this machine.") from None
    except OSError as error:
        raise SetUpError(
            f"Port {place.port} on {place.host} cannot be used ({os.strerror(error.errno or 0)}): choose another, "
            f"PORT={place.port + 1} make run."
        ) from None


@contextmanager
def database(environment: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """The address of the database, and whether it is the private one, which then runs inside this block."""
    given = environment.get("ROADS_DATABASE_URL")
    if given:
        yield given, False
        return
    cluster = cluster_of(CHECKOUT)
    say("Starting the private PostGIS server")
    with running(cluster):
        create_database(address(cluster), "roads")
        yield address(cluster, "roads"), True
        say("Stopping the private PostGIS server")


def create_database(administrator: str, name: str) -> None:
    with psycopg.connect(administrator, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def environment_for(place: Place, url: str, given: Mapping[str, str]) -> dict[str, str]:
    return {
        "ROADS_BASE_URL": place.url,
        "ROADS_SECRET_KEY": kept_secret("secret-key"),
        "ROADS_DEMO_PASSWORD": kept_secret("demo-password", 12),
        "ROADS_LEDGER_KEY": ledger_key(),
        **given,
        **({} if given.get("ROADS_SMTP_URL") else own_mail()),
        "ROADS_DATABASE_URL": url,
        "PATH": f"{PYTHON.parent}{os.pathsep}{given.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "HOST": place.host,
        "PORT": str(place.port),
    }


def own_mail() -> dict[str, str]:
    """A mail server of our own that sends nothing: mails are kept in a folder, and a page shows them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = CHECKOUT / ".local" / "mail"
    make_folder(folder)
    return {"ROADS_SMTP_URL": f"smtp://127.0.0.1:{port}", "ROADS_MAIL_SINK": str(folder)}


def kept_secret(name: str, length: int = 48) -> str:
    """A secret of this checkout's own, kept so that people stay signed in over a restart and passwords stay."""
    kept = CHECKOUT / ".local" / name
    if not kept.exists():
        make_folder(kept.parent)
        write_private(kept, secrets.token_urlsafe(length))
    return kept.read_text()


def ledger_key() -> str:
    """The private key that signs this checkout's ledger. Lost, checkpoints go on under another key; stolen, somebody
    else can sign: on a server of your own give ROADS_LEDGER_KEY, and keep it where the database's owner cannot read."""
    kept = CHECKOUT / ".local" / "ledger-key"
    if not kept.exists():
        make_folder(kept.parent)
        write_private(kept, base64.b64encode(secrets.token_bytes(32)).decode())
    return kept.read_text()


# --- what ---


def demo_arguments(given: Mapping[str, str], is_private: bool) -> list[str] | None:
    """How the demo is loaded: on request anywhere, unasked only into the private server, among no other roads."""
    if given.get("DEMO") == "1":
        return ["seed", "demo"]
    return ["seed", "demo", "--if-empty"] if is_private else None


def prepare(environment: Mapping[str, str], demo: list[str] | None) -> None:
    """Brings the database up to date. Every step leaves alone what is already there."""
    step("Bringing the tables up to date", ["roads", "migrate"], environment)
    step("Loading the reference rows", ["seed", "reference"], environment)
    if demo is not None:
        step("Loading the demo", demo, environment)
    step("Running the jobs once", ["jobs", "once", *JOBS], environment)


def step(title: str, module: list[str], environment: Mapping[str, str]) -> None:
    say(title)
    code = run_child([str(PYTHON), "-m", *module], environment)
    if code != 0:
        raise SetUpError(f"`python -m {' '.join(module)}` failed (exit code {code}); what it said stands above.")


def serve(place: Place, environment: Mapping[str, str]) -> int:
    """Runs the processes of the Procfile until one of them ends or somebody asks to stop."""
    try:
        with child([str(PYTHON), "-m", "honcho", "start", "--port", str(place.port)], environment) as processes:
            wait_for_answer(place, processes)
            if "ROADS_MAIL_SINK" in environment:
                say(f"Mails do not leave this machine: what went out is at {place.url}/ru/mail\n")
            return wait_for_end(processes)
    except StopAskedError:
        return 0


def wait_for_answer(place: Place, processes: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + ANSWER_WITHIN_S
    while processes.poll() is None:
        if answers(place):
            say(f"\nSapaly Zhol: the map is at {place.url}/{MAP} - Ctrl-C stops it.\n")
            return
        if time.monotonic() > give_up_at:
            say(f"No answer from {place.url}/healthz within {ANSWER_WITHIN_S} s; see the messages above.")
            return
        time.sleep(0.1)


def wait_for_end(processes: subprocess.Popen[bytes]) -> int:
    """The exit code of the processes; 0 when whoever started us has gone, so that nothing is left running unseen."""
    starter = os.getppid()
    while os.getppid() == starter:
        with suppress(subprocess.TimeoutExpired):
            return processes.wait(timeout=0.5)
    return 0


def answers(place: Place) -> bool:
    try:
        with urllib.request.urlopen(f"{place.url}/healthz", timeout=2) as answer:  # noqa: S310 - http, our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    stop_on_signals()
    sys.exit(in_plain_words(main))
