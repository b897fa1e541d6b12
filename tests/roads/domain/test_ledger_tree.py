"""The tree, its proofs and its signatures, against the vectors of the RFCs and a tree built the slow way."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.ledger import NotInLedger, consistency_path, folded, inclusion_path, whole_nodes
from roads.verify_ledger import Key, Tree, Unreadable, is_signed, leaf_hash, node_hash

# The tree of Certificate Transparency's own tests: its leaves, and its root after each.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# RFC 8032, section 7.1: public key, message, signature.
SIGNED = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]
SIZES = st.integers(1, 70)


def hashes(size: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(size)]


def slow_root(leaves: list[bytes]) -> bytes:
    """Section 2.1 of RFC 6962, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(slow_root(leaves[:k]), slow_root(leaves[k:]))


def slow_inclusion(number: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if number < k:
        return [*slow_inclusion(number, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_inclusion(number - k, leaves[k:]), slow_root(leaves[:k])]


def slow_consistency(old: int, leaves: list[bytes], *, is_known: bool = True) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if old == len(leaves):
        return [] if is_known else [slow_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*slow_consistency(old, leaves[:k], is_known=is_known), slow_root(leaves[k:])]
    return [*slow_consistency(old - k, leaves[k:], is_known=False), slow_root(leaves[:k])]


def grown(leaves: list[bytes]) -> tuple[Tree, dict[tuple[int, int], bytes]]:
    """A tree that grew leaf by leaf, and every whole node that it gave on the way."""
    tree, nodes = Tree(), {}
    for n, leaf in enumerate(leaves):
        nodes[0, n] = leaf
        nodes |= {(level, position): node for level, position, node in tree.append(leaf)}
    return tree, nodes


def test_the_roots_are_those_of_certificate_transparency() -> None:
    tree = Tree()
    assert tree.root() == sha256(b"").digest()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        tree.append(leaf_hash(bytes.fromhex(leaf)))
        assert tree.root().hex() == root


@given(SIZES)
def test_a_tree_that_grows_has_the_root_of_one_built_at_once(size: int) -> None:
    tree, nodes = grown(hashes(size))
    assert tree.root() == slow_root(hashes(size))
    assert tree.frontier == [nodes[spot] for spot in whole_nodes((0, size))]


@given(st.data(), SIZES)
def test_an_inclusion_proof_is_the_one_of_the_rfc(data: st.DataObject, size: int) -> None:
    number = data.draw(st.integers(0, size - 1))
    _, nodes = grown(hashes(size))
    path = [folded([nodes[spot] for spot in whole_nodes(leaves)]) for leaves in inclusion_path(number, size)]
    assert path == slow_inclusion(number, hashes(size))


@given(st.data(), SIZES)
def test_a_consistency_proof_is_the_one_of_the_rfc(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size))
    _, nodes = grown(hashes(size))
    path = [folded([nodes[spot] for spot in whole_nodes(leaves)]) for leaves in consistency_path(old, size)]
    assert path == slow_consistency(old, hashes(size))


@pytest.mark.parametrize(("number", "size"), [(3, 3), (-1, 3), (0, 0)])
def test_an_entry_that_is_not_there_has_no_proof(number: int, size: int) -> None:
    with pytest.raises(NotInLedger):
        inclusion_path(number, size)


@pytest.mark.parametrize("old", [0, 4])
def test_a_tree_that_never_was_has_no_proof(old: int) -> None:
    with pytest.raises(NotInLedger):
        consistency_path(old, 3)


@pytest.mark.parametrize(("public", "message", "signature"), SIGNED)
def test_signatures_of_the_rfc_hold(public: str, message: str, signature: str) -> None:
    key, words, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert is_signed(key, words, signed)
    assert not is_signed(key, words + b"x", signed)
    assert not is_signed(key, words, signed[:32] + bytes([signed[32] ^ 1]) + signed[33:])
    assert not is_signed(key, words, signed[:-1])


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_a_signature_of_the_library_holds_and_breaks_with_any_bit(secret: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert is_signed(public, message, signature)
    bent = bytearray(signature)
    bent[bit // 8] ^= 1 << bit % 8
    assert not is_signed(public, message, bytes(bent))


def test_a_key_is_read_as_it_is_written() -> None:
    key = Key("sapaly-zhol", bytes(range(32)))
    assert Key.parse(str(key)) == key


@pytest.mark.parametrize(
    "written", ["", "name", "name+00000000+AQ==", "name+00000000+" + "A" * 44, "name+x+%", "name+x+é"]
)
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        Key.parse(written)
