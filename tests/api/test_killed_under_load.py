"""A server is killed twice while 32 phones send: whatever was acknowledged is there once, and nothing else is.

Before each kill a table that requests write half-way is locked until one of them waits for it: whatever the machine
does meanwhile, a transaction is open then, and the other phones are anywhere.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from roads.db import transaction
from roads.domain.actors import OPERATOR, Role
from roads.media import FOLDERS, UNFINISHED, MediaFolder
from roads.settings import Settings
from roads.usecases.photos_sweeping import find_unneeded
from tests.field import ON, Field, make_field, make_person
from tests.ledger import compared, entries, sequence
from tests.pictures import asphalt, written
from tests.served import Server
from tests.waiting import wait_until

PHONES, ROUNDS = 32, 3
REQUESTS = PHONES * ROUNDS * 2
HELD = ("photo_use", "attribution")
"""What is locked before each kill: the last table that a photo needs, and one in the middle of a defect."""
PATIENCE_S = 120


@dataclass(frozen=True)
class Recorded:
    """A defect and its photo as a phone knows them: what was sent, and what was acknowledged."""

    key: str
    body: bytes
    photo: bytes
    answer: bytes
    photo_answer: bytes

    @property
    def id(self) -> int:
        return int(json.loads(self.answer)["id"])

    @property
    def photo_hash(self) -> str:
        return sha256(self.photo).hexdigest()


@dataclass
class Watch:
    """What all phones together have heard, and how often the server was killed."""

    acknowledged: int = 0
    kills: int = 0
    cut_off: Counter[int] = field(default_factory=Counter)
    """Attempts that began before a kill, by its number, and got no answer because of it."""
    lock: Lock = field(default_factory=Lock)

    def note_kill(self, number: int) -> None:
        with self.lock:
            self.kills = number

    def note_failure(self, began_after: int) -> None:
        with self.lock:
            for kill in range(began_after + 1, self.kills + 1):
                self.cut_off[kill] += 1

    def note_answer(self) -> None:
        with self.lock:
            self.acknowledged += 1


class Phone:
    """Sends until it is told that what it sent is kept; asks again, under the same key, when it hears nothing."""

    def __init__(self, port: int, shown: Mapping[str, str], watch: Watch) -> None:
        self._port, self._shown, self._watch = port, shown, watch
        self._line: HTTPConnection | None = None

    def record(self, body: Mapping[str, Any], photo: bytes) -> Recorded:
        key, sent = str(uuid4()), json.dumps(body).encode()
        return Recorded(key, sent, photo, *self._both(key, sent, photo))

    def say_again(self, told: Recorded) -> tuple[bytes, bytes]:
        return self._both(told.key, told.body, told.photo)

    def _both(self, key: str, body: bytes, photo: bytes) -> tuple[bytes, bytes]:
        answer = self.send("/api/v1/defects", body, {"Content-Type": "application/json", "Idempotency-Key": key})
        path = f"/api/v1/defects/{json.loads(answer)['id']}/photos"
        return answer, self.send(path, photo, {"Content-Type": "image/jpeg"})

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        give_up_at = monotonic() + PATIENCE_S
        while monotonic() < give_up_at:
            kills = self._watch.kills
            try:
                status, answer = self._try(path, body, headers)
            except (OSError, HTTPException):
                self.hang_up()
                self._watch.note_failure(kills)
            else:
                if status == 201:
                    self._watch.note_answer()
                    return answer
                assert status >= 500, answer
            Event().wait(0.1)
        raise AssertionError(f"in vain tried {path} for {PATIENCE_S} s")

    def _try(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self._line = self._line or HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        self._line.request("POST", path, body, {**self._shown, **headers})
        answer = self._line.getresponse()
        return answer.status, answer.read()

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


@contextmanager
def half_way(engine: Engine, table: str) -> Iterator[None]:
    """A request waits in the middle of its transaction: for a table that it must write."""
    asked = text(
        "SELECT count(*) > 0 FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE relation = CAST(:table AS regclass) AND NOT granted AND datname = current_database()"
    )
    with engine.connect() as holding:
        holding.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        wait_until(lambda: bool(holding.scalar(asked, {"table": table})), f"a request waits for {table}")
        yield
        holding.rollback()


def load(server: Server, world: Field, phones: Sequence[Phone], watch: Watch) -> list[list[Recorded]]:
    """All phones at once, and the server killed twice meanwhile; gives what each phone sent."""

    def use(number: int) -> list[Recorded]:
        each = range(number * ROUNDS, (number + 1) * ROUNDS)
        return [phones[number].record(world.body(100 + 70 * n), written(asphalt(n, 200, 150))) for n in each]

    with ThreadPoolExecutor(len(phones)) as at_once:
        using = [at_once.submit(use, number) for number in range(len(phones))]
        for number, table in enumerate(HELD, 1):
            enough = REQUESTS * number // 4
            wait_until(lambda enough=enough: watch.acknowledged >= enough, f"{enough} were sent")  # type: ignore[misc]
            with half_way(world.engine, table):
                assert watch.acknowledged < REQUESTS
                watch.note_kill(number)
                server.kill()
            server.start()
        return [one.result(PATIENCE_S) for one in using]


@pytest.mark.slow
def test_what_was_acknowledged_is_there_once_whoever_kills_the_server(
    database: Engine, database_url: str, tmp_path: Path
) -> None:
    server = Server(database_url, tmp_path / "media", tmp_path / "log", workers=2)
    app = create_app(Settings(database_url=database_url, secret_key=server.secret_key))
    world, watch = make_field(database, app, TestClient(app)), Watch()
    people = [make_person(database, app, Role.INSPECTOR, world.customer_id) for _ in range(PHONES)]
    phones = [Phone(server.port, one.by_program, watch) for one in people]
    with server.running():
        sent = load(server, world, phones, watch)
        recorded = [one for each in sent for one in each]
        assert all(watch.cut_off[kill] > 0 for kill in (1, 2)), watch
        assert watch.acknowledged == REQUESTS == 2 * len(recorded)
        assert_rows_are_what_was_sent(world, recorded)
        assert_files_are_whole(world, MediaFolder(server.media), recorded)
        assert_the_ledger_tells_of_each(world, recorded)
        assert_answers_are_given_again(phones, sent)
        assert_rows_are_what_was_sent(world, recorded)
    app.state.engine.dispose()


def assert_answers_are_given_again(phones: Sequence[Phone], sent: Sequence[Sequence[Recorded]]) -> None:
    """Who lost their notes sends everything once more, and is told the same."""

    def say_again(phone: Phone, each: Sequence[Recorded]) -> list[tuple[bytes, bytes]]:
        said = [phone.say_again(one) for one in each]
        phone.hang_up()
        return said

    with ThreadPoolExecutor(len(phones)) as at_once:
        told = list(at_once.map(say_again, phones, sent))
    assert told == [[(one.answer, one.photo_answer) for one in each] for each in sent]


def assert_rows_are_what_was_sent(world: Field, recorded: Sequence[Recorded]) -> None:
    """Each defect is there once under the number that was acknowledged, with one answer and one photo; no other is."""
    ids = sorted(one.id for one in recorded)
    assert pairs(world, "SELECT external_id, id FROM defect") == sorted((one.key, one.id) for one in recorded)
    for table in ("placement", "attribution"):
        current = f"SELECT defect_id, 1 FROM {table} WHERE replaced_at = 'infinity'"
        assert [defect for defect, _ in pairs(world, current)] == ids, table
    used = "SELECT u.defect_id, p.content_hash FROM photo_use u JOIN photo p ON p.id = u.photo_id"
    assert pairs(world, used) == sorted((one.id, one.photo_hash) for one in recorded)
    sent = sorted(one.photo_hash for one in recorded)
    uploads = "SELECT p.content_hash, p.id FROM photo p JOIN photo_upload u ON u.photo_id = p.id"
    assert [content for content, _ in pairs(world, uploads)] == sent
    assert [content for content, _ in pairs(world, "SELECT content_hash, id FROM photo")] == sent
    kept = "SELECT CAST(key AS text), status FROM kept_answer"
    assert pairs(world, kept) == sorted((one.key, 201) for one in recorded)


def pairs(world: Field, words: str) -> list[tuple[Any, Any]]:
    return sorted((one, other) for one, other in world.rows(words))


def assert_files_are_whole(world: Field, media: MediaFolder, recorded: Sequence[Recorded]) -> None:
    """What the database names is on the disk; what a killed writer left, the sweeper finds and nothing else."""
    named = {name for row in world.rows("SELECT content_hash, full_hash, small_hash FROM photo") for name in row}
    assert len(named) == 2 * len(recorded)  # so small a photo has one copy for both sizes
    files = [path for path in media.folder.rglob("*") if path.is_file()]
    whole = [path for path in files if not path.name.endswith(UNFINISHED)]
    assert all(sha256(path.read_bytes()).hexdigest() == path.name for path in whole)
    assert named <= {path.name for path in whole}
    for path in files:
        os.utime(path, (0, 0))
    with transaction(world.engine) as session:
        find_unneeded(session, OPERATOR, range(FOLDERS), media=media, today=ON).remove()
    assert {path.name for path in media.folder.rglob("*") if path.is_file()} == named


def assert_the_ledger_tells_of_each(world: Field, recorded: Sequence[Recorded]) -> None:
    """An entry for each row, none for what was rolled back; and the tables are what the ledger says."""
    with transaction(world.engine) as session:
        told = Counter(entry["record"] for entry in entries(session, "defect", change="added"))
        assert told == Counter(str(one.id) for one in recorded)
        assert len(entries(session, "photo_use", change="added")) == len(recorded)
        assert sequence(session).entries > 2 * len(recorded)
        checked = compared(session)
    assert checked.strayed is None
    assert checked.records > 2 * len(recorded)
