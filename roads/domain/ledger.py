"""Where in the ledger's tree a proof lies, and what a checkpoint says (RFC 6962, C2SP tlog-checkpoint)."""

import base64
from collections.abc import Iterator, Sequence

from roads.domain.errors import NotFound, RoadsError
from roads.verify_ledger import node_hash

Leaves = tuple[int, int]
"""Neighbouring leaves, from the first to before the second: what a hash in a proof is over."""

Spot = tuple[int, int]
"""A node over `2 ** level` leaves: level and position. Once all of its leaves are there it never changes."""


class NotInLedger(NotFound):
    """The ledger is not so large. Carries `size`, what was asked for, and `known`, what there is."""

    code = "not_in_ledger"


class NothingToVerify(RoadsError):
    """Neither an export with a checkpoint was given, nor that the tables be compared."""

    code = "nothing_to_verify"


def whole_nodes(leaves: Leaves) -> list[Spot]:
    """The largest nodes that make up neighbouring leaves of a proof, from left to right."""
    first, end = leaves
    found = []
    while first < end:
        level = (end - first).bit_length() - 1
        found.append((level, first >> level))
        first += 1 << level
    return found


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over leaves whose whole nodes have these hashes."""
    *rest, root = hashes
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def _split(leaves: Leaves) -> int:
    """Where RFC 6962 splits leaves: the largest power of two that is less than their number, counted from the first."""
    first, end = leaves
    return first + (1 << ((end - first - 1).bit_length() - 1))


def inclusion_path(number: int, size: int) -> list[Leaves]:
    """What the hashes of a proof are over that leaf `number` (from 0) is in the tree of `size` leaves."""
    if not 0 <= number < size:
        raise NotInLedger(size=number + 1, known=size)
    path: list[Leaves] = []
    first, end = 0, size
    while end - first > 1:
        middle = _split((first, end))
        if number < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((first, middle))
            first = middle
    return path[::-1]


def consistency_path(old: int, size: int) -> list[Leaves]:
    """What the hashes of a proof are over that the tree of `size` leaves begins with the one of `old` leaves."""
    if not 0 < old <= size:
        raise NotInLedger(size=old, known=size)
    return list(_subproof(old, 0, size, is_known=True))[::-1]


def _subproof(old: int, first: int, end: int, *, is_known: bool) -> Iterator[Leaves]:
    """From the root down; the RFC writes it from the leaves up. `is_known`: the old root is over these very leaves."""
    while old != end:
        middle = _split((first, end))
        if old <= middle:
            yield middle, end
            end = middle
        else:
            yield first, middle
            first, is_known = middle, False
    if not is_known:
        yield first, end


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    """What is signed of a checkpoint."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def signed_note(body: str, name: str, key_id: bytes, signature: bytes) -> str:
    """A body with its signature below."""
    return f"{body}\n— {name} {base64.b64encode(key_id + signature).decode()}\n"
