"""The ledger as the public reads it: entries, checkpoints, and proofs that anybody can work out again."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from roads.domain.ledger import Leaves, NotInLedger, consistency_path, folded, inclusion_path, whole_nodes
from roads.queries.public import Public, rows


async def ledger_size(connection: Public, asked: int | None = None) -> int:
    """The size asked for, or how large the ledger is. Errors: NotInLedger, when it is not so large."""
    found = await rows(connection, "public_ledger_size", {})
    known: int = found[0].size if found else 0
    if asked is not None and asked > known:
        raise NotInLedger(size=asked, known=known)
    return known if asked is None else asked


async def inclusion(connection: Public, number: int, size: int) -> tuple[bytes, list[bytes], bytes]:
    """The hash of an entry, the path from it to the root, and the root. Errors: NotInLedger."""
    path = inclusion_path(number, size)
    leaf, root, *hashes = await _hashes(connection, [(number, number + 1), (0, size), *path])
    return leaf, hashes, root


async def consistency(connection: Public, old: int, size: int) -> tuple[bytes, list[bytes], bytes]:
    """The root of the old tree, what shows that the larger one begins with it, and its root. Errors: NotInLedger."""
    path = consistency_path(old, size)
    old_root, root, *hashes = await _hashes(connection, [(0, old), (0, size), *path])
    return old_root, hashes, root


async def _hashes(connection: Public, asked: Sequence[Leaves]) -> list[bytes]:
    """The hash over each run of leaves, from the hashes of whole nodes, in one question."""
    spots = [whole_nodes(leaves) for leaves in asked]
    every = [spot for of_one in spots for spot in of_one]
    parameters = {"levels": [level for level, _ in every], "positions": [position for _, position in every]}
    found = [bytes(row.hash) for row in await rows(connection, "ledger_hashes", parameters)]
    bounds = accumulate((len(of_one) for of_one in spots), initial=0)
    return [folded(found[first:end]) for first, end in pairwise(bounds)]
