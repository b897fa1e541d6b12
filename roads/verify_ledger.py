#!/usr/bin/env python3
"""Whether a ledger is what it was: one file that anybody can read, and run with nothing but Python 3.11.

    python verify_ledger.py EXPORT CHECKPOINT --key KEY

EXPORT is a file of JSON lines (`python -m roads export ledger FILE.jsonl`, or what /transparency/entries gives from 0
on): every change of state in its order, with the hash that stood beside it, and checkpoints made on the way.
CHECKPOINT is a file with a signed statement of the tree's size and root, best one that you fetched and kept yourself.
KEY is the public key, best noted down long ago.

What is checked, line by line: that an entry's text has the hash beside it (RFC 6962: SHA-256 of a zero byte and the
text); that the hashes make up the root of every checkpoint; that the signatures are of the key (Ed25519, RFC 8032);
that each record was, before a change, what the change before it left. The first thing that is not so is named.
"""

import argparse
import base64
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# --- the tree (RFC 6962, section 2.1) ---


def leaf_hash(text: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + text).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A growing tree, known by the roots of its whole subtrees from left to right: one for each 1 bit of its size."""

    size: int = 0
    frontier: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add the hash of a leaf; gives the nodes that became whole by it: level, position, hash."""
        whole = []
        node, level = leaf, 0
        while (self.size >> level) & 1:
            node = node_hash(self.frontier.pop(), node)
            level += 1
            whole.append((level, self.size >> level, node))
        self.frontier.append(node)
        self.size += 1
        return whole

    def root(self) -> bytes:
        """The root; of a tree without leaves the hash of nothing."""
        if not self.frontier:
            return hashlib.sha256(b"").digest()
        *rest, root = self.frontier
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


# --- the signature (RFC 8032, section 5.1) ---

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
"""Extended coordinates x, y, z, t: the point is (x/z, y/z), and xy = zt."""


def _x_of(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y = number & (2**255 - 1)
    x = _x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def _sum(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        factor >>= 1
    return total


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _x_of(_BASE_Y, 0) or 0
BASE: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key's other half signed the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    owner, r = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if owner is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    one, other = _times(s, BASE), _sum(r, _times(h, owner))
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


# --- checkpoints and keys (C2SP tlog-checkpoint and signed-note) ---

ED25519 = b"\x01"


class Unreadable(Exception):
    """Something is not what it must be to be read at all. Carries a code."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Key:
    """A public key with its name, as `name+hash+key` writes it."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that say in a signature which key it is of."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, written: str) -> "Key":
        """Errors: Unreadable."""
        name, _, rest = written.strip().partition("+")
        number, _, encoded = rest.partition("+")
        try:
            kind_and_key = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise Unreadable("bad_key") from None
        key = cls(name, kind_and_key[1:])
        if kind_and_key[:1] != ED25519 or len(key.public) != 32 or number != key.id.hex():
            raise Unreadable("bad_key")
        return key


@dataclass(frozen=True)
class Checkpoint:
    """How large a tree was and which root it had, signed."""

    origin: str
    size: int
    root: bytes
    body: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> "Checkpoint":
        """Errors: Unreadable."""
        body, _, below = note.partition("\n\n")
        lines = body.split("\n")
        try:
            origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
            signed = [line.removeprefix("— ").split(" ") for line in below.splitlines() if line.startswith("— ")]
            signatures = tuple((name, base64.b64decode(encoded, validate=True)) for name, encoded in signed)
        except (IndexError, ValueError):
            raise Unreadable("bad_checkpoint") from None
        if not signatures or len(root) != 32 or str(size) != lines[1]:
            raise Unreadable("bad_checkpoint")
        return cls(origin, size, root, f"{body}\n".encode(), signatures)

    def is_of(self, key: Key) -> bool:
        """Whether it is signed with the key."""
        return any(
            name == key.name and signature[:4] == key.id and is_signed(key.public, self.body, signature[4:])
            for name, signature in self.signatures
        )


# --- what an export says ---


@dataclass(frozen=True)
class Trouble:
    """The first thing that is not as it was: a code with what it is about."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class Verified:
    """How many entries are what they were, and how many came after the checkpoint, where nothing vouches for them."""

    size: int
    root: bytes
    beyond: int
    checkpoints: int


class _Records:
    """What the last entry left of every record, kept in a temporary file: memory must not grow with the ledger."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE left (subject, record, digest, PRIMARY KEY (subject, record)) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def close(self) -> None:
        self._file.close()

    def was(self, subject: str, record: str) -> bytes | None:
        asked = self._file.execute("SELECT digest FROM left WHERE subject = ? AND record = ?", (subject, record))
        found = asked.fetchone()
        return found[0] if found else None

    def keep(self, subject: str, rows: Iterator[tuple[str, bytes | None]]) -> None:
        self._file.executemany(
            "INSERT OR REPLACE INTO left VALUES (?, ?, ?)", ((subject, record, digest) for record, digest in rows)
        )


def canonical(value: object) -> str:
    """JSON in the one way it is written here: keys sorted, no spaces, nothing escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(value: object) -> bytes | None:
    """The digest of a record's text; None of no record."""
    return None if value is None else hashlib.sha256(canonical(value).encode()).digest()


def differing(was: object, became: object) -> str:
    """The names of what differs between two states of a record."""
    one = was if isinstance(was, dict) else {}
    other = became if isinstance(became, dict) else {}
    return ", ".join(sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)))


def verify(export: Path, note: str, key: str | None = None) -> Verified | Trouble:
    """Whether an export is what a checkpoint vouches for. Without a key the one in the export is believed.

    Errors: Unreadable; OSError.
    """
    with export.open(encoding="utf-8", newline="\n") as lines, closing(_Records()) as records:
        try:
            return _Verifier(Checkpoint.parse(note), key, records).run(lines)
        except UnicodeDecodeError:
            raise Unreadable("bad_export") from None


class _Verifier:
    def __init__(self, checkpoint: Checkpoint, key: str | None, records: _Records) -> None:
        self.given = checkpoint
        self.key = Key.parse(key) if key else None
        self.records = records
        self.tree = Tree()
        self.vouched_to = 0
        self.checkpoints = 0
        self.knows_all = True
        self.broken_chain: Trouble | None = None

    def run(self, lines: Iterator[str]) -> Verified | Trouble:
        for line in lines:
            if trouble := self._take(_read(line)):
                return trouble
        if trouble := self._is_vouched_for(self.given):
            return trouble
        if self.tree.size < self.given.size:
            return Trouble("entries_missing", {"size": self.given.size, "found": self.tree.size})
        if self.broken_chain:
            return self.broken_chain
        return Verified(self.given.size, self.given.root, self.tree.size - self.given.size, self.checkpoints)

    def _take(self, line: dict[str, Any]) -> Trouble | None:
        if "format" in line:
            self.key = self.key or Key.parse(str(line.get("key")))
            return self._is_vouched_for(self.given)
        if "checkpoint" in line:
            return self._pass_by(Checkpoint.parse(str(line["checkpoint"])))
        trouble = self._check_entry(line)
        if trouble is None and self.tree.size == self.given.size:
            trouble = self._compare(self.given)
        return trouble

    def _pass_by(self, checkpoint: Checkpoint) -> Trouble | None:
        self.checkpoints += 1
        return self._is_vouched_for(checkpoint) or self._compare(checkpoint)

    def _is_vouched_for(self, checkpoint: Checkpoint) -> Trouble | None:
        if self.key is None:
            raise Unreadable("bad_key")
        return None if checkpoint.is_of(self.key) else Trouble("bad_signature", {"size": checkpoint.size})

    def _compare(self, checkpoint: Checkpoint) -> Trouble | None:
        """Whether the tree so far has the root that was signed. What broke it came after the last root that agreed."""
        if checkpoint.size != self.tree.size:
            return Trouble("wrong_place", {"size": checkpoint.size, "found": self.tree.size})
        if checkpoint.root != self.tree.root():
            if self.broken_chain:
                return self.broken_chain
            return Trouble("wrong_root", {"first": self.vouched_to, "last": checkpoint.size - 1})
        self.vouched_to = checkpoint.size
        return None

    def _check_entry(self, line: dict[str, Any]) -> Trouble | None:
        n, text = self.tree.size, str(line.get("text"))
        if line.get("n") != n:
            return Trouble("wrong_number", {"number": n, "found": line.get("n")})
        leaf = leaf_hash(text.encode())
        said = _read(text) if leaf.hex() == line.get("leaf") else _read_if_any(text)
        about = {"number": n, "subject": said.get("subject", "?"), "record": said.get("record", "*")}
        if leaf.hex() != line.get("leaf"):
            return Trouble("wrong_hash", about)
        self.tree.append(leaf)
        return self._check_chunk(said, line, about) if "rows" in said else self._check_chain(said, about)

    def _check_chunk(self, said: dict[str, Any], line: dict[str, Any], about: Mapping[str, object]) -> Trouble | None:
        if "rows" not in line:  # fetched from /transparency/entries, where chunks come without their records
            self.knows_all = False
            return None
        rows = [(str(record), bytes.fromhex(digest)) for record, digest in line["rows"]]
        listed = "".join(f"{record}\n" for record, _ in rows).encode()
        digest = hashlib.sha256(listed + b"".join(one for _, one in rows)).hexdigest()
        if digest != said.get("rows_digest") or len(rows) != said.get("rows"):
            return Trouble("wrong_rows", about)
        self.records.keep(str(said["subject"]), iter(rows))
        return None

    def _check_chain(self, said: dict[str, Any], about: Mapping[str, object]) -> Trouble | None:
        """A record is before a change what the change before it left: else somebody changed it past the ledger.

        That alone breaks no hash; it is told when all the rest is in order.
        """
        subject, record = str(said.get("subject")), str(said.get("record"))
        was = self.records.was(subject, record)
        is_known = self.knows_all or was is not None
        if is_known and was != digest_of(said.get("before")) and self.broken_chain is None:
            self.broken_chain = Trouble("wrong_before", about)
        self.records.keep(subject, iter([(record, digest_of(said.get("after")))]))
        return None


def _read(line: str) -> dict[str, Any]:
    found = _read_if_any(line)
    if not found:
        raise Unreadable("bad_export")
    return found


def _read_if_any(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# --- by itself ---

SENTENCES = {
    "verified": "In order: {size} entries, root {root}, {checkpoints} checkpoints on the way; {beyond} entries later.",
    "bad_key": "The key is none: it is written name+8 hexadecimal digits+base64.",
    "bad_checkpoint": "The checkpoint cannot be read.",
    "bad_export": "The export cannot be read: a line of it is not what the ledger writes.",
    "bad_signature": "The checkpoint of {size} entries is not signed with this key.",
    "entries_missing": "The checkpoint vouches for {size} entries, and the export has {found}.",
    "wrong_place": "A checkpoint of {size} entries stands after {found} of them: entries were taken away or put in.",
    "wrong_number": "Entry {number} is missing: {found} stands in its place.",
    "wrong_hash": "Entry {number} ({subject} {record}) was changed: its text does not have the hash beside it.",
    "wrong_rows": "Entry {number} ({subject}): the list of its records was changed.",
    "wrong_root": "Entries {first} to {last}: one of them was changed together with its hash; the signed root differs.",
    "wrong_before": "Entry {number} ({subject} {record}): the record had been changed past the ledger before it.",
}


def main() -> int:
    """Exit code 0: in order; 1: not in order; 2: cannot be read."""
    parser = argparse.ArgumentParser(description="Whether a ledger is what it was.")
    parser.add_argument("export", type=Path, help="the exported ledger, JSON lines")
    parser.add_argument("checkpoint", type=Path, help="a signed checkpoint")
    parser.add_argument("--key", help="the public key, name+hash+base64; else the one in the export is believed")
    given = parser.parse_args()
    try:
        found = verify(given.export, given.checkpoint.read_text(encoding="utf-8"), given.key)
    except Unreadable as unreadable:
        print(SENTENCES[unreadable.code].format(**unreadable.params), file=sys.stderr)  # noqa: T201
        return 2
    except OSError as missing:
        print(missing, file=sys.stderr)  # noqa: T201
        return 2
    if isinstance(found, Trouble):
        print(SENTENCES[found.code].format(**found.params))  # noqa: T201
        return 1
    print(SENTENCES["verified"].format(**{**vars(found), "root": found.root.hex()}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
