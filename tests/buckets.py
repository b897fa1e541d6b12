"""A real S3 store over HTTP, in a process of its own: SeaweedFS, which checks signatures and can be killed."""

import json
import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_hex
from threading import Event
from time import monotonic
from urllib.request import Request, urlopen
from uuid import uuid4

import obstore
from obstore.store import S3Store

from roads.domain.errors import NotFound
from roads.media import Media
from tests.ports import free_port

PATIENCE_S = 60
PARTS = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class Buckets:
    """A store that runs, and what the environment says to those who use it."""

    process: subprocess.Popen[bytes]
    port: int
    key: str
    secret: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
        }

    def make(self) -> str:
        """Make a bucket; gives its name."""
        name = f"photos-{uuid4().hex[:12]}"
        store = S3Store(
            name,
            endpoint=f"http://127.0.0.1:{self.port}",
            region="us-east-1",
            access_key_id=self.key,
            secret_access_key=self.secret,
        )
        with urlopen(Request(obstore.sign(store, "PUT", "", timedelta(minutes=1)), method="PUT")):  # noqa: S310
            return name

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The store hears nothing while the block lasts."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)  # each of its threads stops by itself
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def running_buckets(folder: Path) -> Iterator[Buckets]:
    """A store of its own in a folder, gone when the block is left."""
    key, secret = token_hex(8), token_hex(16)
    who = {"name": "photos", "credentials": [{"accessKey": key, "secretKey": secret}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [who]}))
    ports, inner = ({part: free_port() for part in PARTS} for _ in range(2))
    command = [
        str(Path(sysconfig.get_path("scripts")) / "weed"),
        "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        f"-s3.config={folder / 's3.json'}", "-s3.autoCreateBucket=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.telemetry=false", "-master.peers=none", "-master.volumeSizeLimitMB=64",
        "-volume.max=100", "-volume.preStopSeconds=0",
        *(f"-{part}.port={port}" for part, port in ports.items()),
        *(f"-{part}.port.grpc={port}" for part, port in inner.items()),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_until_ready(process, ports["s3"], folder / "log")
        yield Buckets(process, ports["s3"], key, secret)
    finally:
        process.kill()  # asked to stop, it would first wait for others of its kind
        process.wait(PATIENCE_S)
        for port in (*ports.values(), *inner.values()):
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108
                left.unlink(missing_ok=True)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up_at = monotonic() + PATIENCE_S
    while not _is_ready(port):
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        assert monotonic() < give_up_at, f"in vain waited {PATIENCE_S} s for the store"
        Event().wait(0.05)


def _is_ready(port: int) -> bool:
    asked = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


def is_kept(media: Media, content_hash: str) -> bool:
    """Whether a content is there, in a folder or a bucket."""
    try:
        media.get(content_hash)
    except NotFound:
        return False
    return True
