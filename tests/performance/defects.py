"""How fast inspectors' defects are taken: POST /api/v1/defects beside pgbench running the very same statements.

The statements of whole requests are logged as they are sent, with their parameters, and become scripts of pgbench: one
for each of some defects on different roads. In a script the numbers that must differ each time (key and defect) are
variables. Both sides have eight connections; ours is one process.
"""

import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from psycopg import ClientCursor
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import URL

from api.app import create_app
from roads.db import transaction
from roads.domain.actors import Role as Acting
from roads.models import Organisation
from roads.settings import Settings
from roads.usecases.accounts_secrets import hash_of
from tests.accounts import make_user

PORT = 8768
SCRIPTS = 40
POINTS = 4000
SECONDS = 10
CLIENTS = 8
KEY = "(CAST('00000000-0000-4000-8000-' || lpad(CAST(:key AS text), 12, '0') AS uuid))"
STRING = re.compile(r"('(?:[^']|'')*')")

Say = Callable[[str], None]


def bench_defects(engine: Engine, url: URL, runs: int, say: Say, serve: Callable[[URL, int], Any]) -> None:
    """Requests a second and transactions a second, by turns; the goal is a fifth."""
    token = _inspector(engine)
    bodies = _bodies(engine)
    with TemporaryDirectory() as folder:
        statements = _write_scripts(url, token, bodies[:SCRIPTS], Path(folder))
        with serve(url, PORT):
            _posts(token, bodies)  # once over, so that statements are planned and pages in memory
            pairs = [(_pgbench(url, Path(folder)), _posts(token, bodies)) for _ in range(runs)]
    theirs, ours = (statistics.median(each) for each in zip(*pairs, strict=True))
    say(
        f"pgbench -n -M prepared -c {CLIENTS} -j 2 -T {SECONDS}: "
        f"the {statements} statements of one request: {theirs:.0f}/s"
    )
    say(
        f"POST /api/v1/defects, one process, {CLIENTS} clients: {ours:.0f}/s: "
        f"{ours / theirs:.2f} of that (at least 0.2)"
    )


def _inspector(engine: Engine) -> str:
    """The personal token of somebody who inspects."""
    secret, now = f"szp_{token_urlsafe(32)}", datetime.now(UTC)
    with transaction(engine, None) as session:
        organisation = session.get_one(
            Organisation, session.scalars(text("SELECT min(customer_id) FROM contract")).one()
        )
        user = make_user(session, organisation, Acting.INSPECTOR, now=now - timedelta(hours=1))
        session.execute(
            text(
                "INSERT INTO personal_token"
                " (secret_hash, name, user_id, user_role_id, created_at, expires_at, last_used_on)"
                " SELECT :hash, 'bench', user_id, id, :now, :later, :now FROM user_role WHERE user_id = :user"
            ),
            {"hash": hash_of(secret), "now": now, "later": now + timedelta(days=1), "user": user},
        )
    return secret


def _bodies(engine: Engine) -> list[dict[str, Any]]:
    """Potholes beside roads, where defects are anyway."""
    with engine.connect() as connection:
        points = connection.execute(
            text(
                "SELECT ST_X(p) AS lon, ST_Y(p) AS lat, detected_on FROM ("
                " SELECT coalesce(ST_StartPoint(geom), geom) AS p, detected_on FROM defect"
                " WHERE detected_on <= current_date ORDER BY hashint4(id) LIMIT :most) AS d"
            ),
            {"most": POINTS},
        ).all()
    return [_body(point.lon, point.lat, point.detected_on) for point in points]


def _body(lon: float, lat: float, on: date) -> dict[str, Any]:
    measured = {"distress": "pothole", "depth_mm": 40, "length_m": 0.4, "width_m": 0.4, "gps_accuracy_m": 4.5}
    return {"lon": lon, "lat": lat, "detected_on": on.isoformat(), **measured}


def _posts(token: str, bodies: Sequence[Mapping[str, Any]]) -> float:
    script = Path(__file__).with_name("posts_per_second.py")
    written = subprocess.run(
        [sys.executable, str(script), "127.0.0.1", str(PORT), token],
        input="\n".join(map(json.dumps, bodies)),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(written.stdout)


# --- the same statements for pgbench


def _write_scripts(url: URL, token: str, bodies: Sequence[Mapping[str, Any]], folder: Path) -> int:
    """A script for each body; gives the number of statements of the last one."""
    app = create_app(Settings(database_url=url.render_as_string(hide_password=False)))
    lines: list[str] = []
    with TestClient(app) as client:
        for number, body in enumerate(bodies):
            key = str(uuid4())
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
            with _logged(app.state.engine) as said:
                answer = client.post("/api/v1/defects", json=body, headers=headers)
            if answer.status_code != 201:
                raise RuntimeError(answer.text)
            lines = [_varied(line, key, str(answer.json()["id"])) for line in said]
            script = "\\set key random(1, 999999999999)\n" + "\n".join(lines) + "\n"
            (folder / f"{number}.sql").write_text(script, encoding="utf-8")
    return len(lines)


@contextmanager
def _logged(engine: Engine) -> Iterator[list[str]]:
    """Every statement on an engine, from the beginning of a transaction to its end, values written out."""
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        driver = connection.connection.driver_connection
        # A comment would swallow the rest of what becomes one line.
        bare = re.sub(r"--[^\n]*", "", statement)
        said.append(" ".join(ClientCursor(driver).mogrify(bare, parameters).split("\n")) + ";")

    listeners: dict[str, Callable[..., None]] = {
        "begin": lambda _: said.append("BEGIN;"),
        "commit": lambda _: said.append("COMMIT;"),
        "before_cursor_execute": note,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    yield said
    for name, listener in listeners.items():
        event.remove(engine, name, listener)


def _varied(line: str, key: str, number: str) -> str:
    """A statement whose key and defect are variables."""
    varied = "".join(_varied_part(part, key, number) for part in STRING.split(line))
    return varied.removesuffix(";") + " \\gset defect_" if varied.startswith("INSERT INTO defect (") else varied


def _varied_part(part: str, key: str, number: str) -> str:
    if not part.startswith("'"):
        return re.sub(rf"\b{number}\b", "CAST(:defect_id AS integer)", part)
    words = part[1:-1]
    if words == key:
        return KEY
    if words == f"{{{number}}}":
        return "ARRAY[CAST(:defect_id AS integer)]"
    # What looks like a variable inside of words is none.
    return re.sub(r":(?=[A-Za-z_])", ":' || '", part)


def _pgbench(url: URL, folder: Path) -> float:
    files = [f"--file={path}" for path in sorted(folder.iterdir())]
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS)]
    ran = subprocess.run(["pgbench", *options, *files, address], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr[-2000:])
    found = re.search(r"tps = ([0-9.]+)", ran.stdout)
    if found is None:
        raise RuntimeError(ran.stdout)
    return float(found.group(1))
