"""The application on a port: in processes that a test may kill as the kernel does, or in a thread, for browsers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_urlsafe
from threading import Event, Thread
from time import monotonic

import uvicorn
from fastapi import FastAPI

from api.bearers import Bearers
from tests.conftest import ROOT
from tests.ports import free_port

PATIENCE_S = 90


def free_site() -> str:
    """The address of a site that nobody serves now, for settings that must know it before it is served."""
    return f"http://127.0.0.1:{free_port()}"


@contextmanager
def in_thread(app: FastAPI, site: str) -> Iterator[str]:
    """The application answers at the site until the block is left; it does when the block begins."""
    server = uvicorn.Server(uvicorn.Config(app, port=int(site.rpartition(":")[2]), log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            thread.join(timeout=0.02)
        assert server.started, f"no server at {site}"
        yield site
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@dataclass
class Server:
    """A server with its settings, started and stopped any number of times on the same port."""

    database_url: str
    media: Path
    log: Path
    workers: int = 1
    port: int = field(default_factory=free_port)
    secret_key: str = field(default_factory=token_urlsafe)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bearers(self) -> Bearers:
        """What signs the tokens that this server reads."""
        return Bearers(self.secret_key)

    def start(self) -> None:
        """Start all of its processes in a group; returns when it is ready to answer."""
        told = {
            "ROADS_DATABASE_URL": self.database_url,
            "ROADS_MEDIA_URL": str(self.media),
            "ROADS_SECRET_KEY": self.secret_key,
            # The client is who it says: each question may come from an address of its own.
            "FORWARDED_ALLOW_IPS": "*",
        }
        command = [sys.executable, "-m", "api", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **told}, stdout=log, stderr=log, start_new_session=True
            )
        give_up_at = monotonic() + PATIENCE_S
        while not self._is_ready():
            assert self._process.poll() is None, self.log.read_text(errors="replace")[-2000:]
            assert monotonic() < give_up_at, f"in vain waited {PATIENCE_S} s for the server"
            Event().wait(0.05)

    def _is_ready(self) -> bool:
        asked = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            asked.close()

    def kill(self) -> None:
        """All of its processes at once, without a farewell."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE_S)
        self._process = None

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Started here, and not running when the block is left."""
        self.start()
        try:
            yield self
        finally:
            if self._process is not None:
                self.kill()
