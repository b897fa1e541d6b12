"""The private server of a checkout: it starts again after a crash, ends with its last user, and keeps to itself."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.conftest import ROOT


class Checkout:
    """A checkout of its own, with nothing in it but the set-up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / ".ci", folder / ".ci")

    def cluster(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `cluster.py` there."""
        environment = {name: value for name, value in os.environ.items() if name != "ROADS_TEST_DATABASE_URL"}
        command = [sys.executable, str(self.folder / ".ci/cluster.py"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def start(self) -> None:
        """Starts the server and leaves it running."""
        started = self.cluster("start")
        assert started.returncode == 0, started.stderr

    @property
    def is_running(self) -> bool:
        """What `status` says."""
        return self.cluster("status").returncode == 0

    @property
    def server(self) -> int:
        """The process that keeps the data."""
        return int((self.folder / ".local/pg/postmaster.pid").read_text().splitlines()[0])

    def ask(self, question: str) -> object:
        """The one value of a query, asked as an administrator."""
        with psycopg.connect(self.cluster("url").stdout.strip()) as connection:
            row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


SHOWS = """
import os, psycopg
with psycopg.connect(os.environ["ROADS_TEST_DATABASE_URL"]) as connection:
    for name in ("fsync", "data_directory"):
        print(*connection.execute(f"SHOW {name}").fetchone())
"""
KILLS = """
import os, psycopg, signal
from pathlib import Path
with psycopg.connect(os.environ["ROADS_TEST_DATABASE_URL"]) as connection:
    (data,) = connection.execute("SHOW data_directory").fetchone()
    os.kill(int((Path(data) / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def checkout() -> Iterator[Checkout]:
    # Not pytest's own folder: for root it is closed to the user that the server runs as.
    with TemporaryDirectory(prefix="checkout-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = Checkout(folder)
        yield made
        made.cluster("stop")


def test_a_command_has_a_server_for_as_long_as_it_runs_and_gives_its_own_exit_code(checkout: Checkout) -> None:
    asked = checkout.cluster("with", "sh", "-c", 'echo "$ROADS_TEST_DATABASE_URL"; exit 7')
    assert (asked.returncode, asked.stdout.startswith("postgresql://postgres:")) == (7, True)
    assert not checkout.is_running


def test_a_server_started_by_hand_outlives_the_commands_that_use_it(checkout: Checkout) -> None:
    checkout.start()
    server = checkout.server
    checkout.cluster("with", "true")
    checkout.start()
    assert checkout.server == server
    assert checkout.cluster("stop").returncode == 0
    assert not checkout.is_running


def test_a_killed_server_starts_again_with_what_was_committed(checkout: Checkout) -> None:
    checkout.start()
    with psycopg.connect(checkout.cluster("url").stdout.strip()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(checkout.server, signal.SIGKILL)
    checkout.start()
    assert checkout.ask("SELECT answer FROM kept") == 42


def test_a_note_left_by_a_server_whose_number_now_belongs_to_another_is_no_obstacle(checkout: Checkout) -> None:
    checkout.start()
    note = checkout.folder / ".local/pg/postmaster.pid"
    lines = note.read_text().splitlines()
    owner = note.stat()
    checkout.cluster("stop")
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    os.chown(note, owner.st_uid, owner.st_gid)
    assert not checkout.is_running
    checkout.start()
    assert checkout.is_running


def test_the_server_is_closed_to_other_people_and_machines(checkout: Checkout) -> None:
    checkout.start()
    assert checkout.ask("SELECT current_setting('listen_addresses')") == "127.0.0.1"
    assert checkout.ask("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
    assert stat.S_IMODE((checkout.folder / ".local/pg-password").stat().st_mode) == 0o600
    wrong = checkout.cluster("url").stdout.strip().replace("postgres:", "postgres:not-")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_server_keeps_checksums_and_waits_for_the_disk(checkout: Checkout) -> None:
    checkout.start()
    assert checkout.ask("SELECT current_setting('data_checksums')") == "on"
    assert checkout.ask("SELECT current_setting('synchronous_commit')") == "on"
    assert checkout.ask("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template1'") == "UTF8"


def test_the_server_for_tests_is_another_and_leaves_nothing(checkout: Checkout) -> None:
    checkout.start()
    answered = checkout.cluster("test", sys.executable, "-c", SHOWS)
    fsync, data = answered.stdout.split()
    assert (fsync, Path(data) == checkout.folder / ".local/pg", Path(data).exists()) == ("off", False, False)
    assert checkout.is_running
    assert checkout.ask("SELECT current_setting('fsync')") == "on"


def test_what_a_killed_server_for_tests_leaves_is_no_obstacle(checkout: Checkout) -> None:
    checkout.cluster("test", sys.executable, "-c", KILLS)
    again = checkout.cluster("test", sys.executable, "-c", SHOWS)
    assert again.stdout.startswith("off"), again.stderr
