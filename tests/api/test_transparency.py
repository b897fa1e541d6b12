"""What the public can fetch of the ledger holds together: entries, checkpoints and proofs."""

import json

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.verify_ledger import Checkpoint, Key, leaf_hash
from tests.factories import make_contract, make_defect
from tests.ledger import SIGNER, sequence
from tests.roads.domain.test_ledger_tree import slow_consistency, slow_inclusion, slow_root


@pytest.fixture
def leaves(database: Engine) -> list[bytes]:
    """A ledger that was signed twice; gives the hashes of its entries."""
    with transaction(database) as session:
        make_contract(session)
        sequence(session)
        make_defect(session, note="told by a neighbour")
        for _ in range(5):
            make_contract(session)
        sequence(session)
        told = session.scalars(text("SELECT text FROM public_ledger_entry ORDER BY n"))
        return [leaf_hash(one.encode()) for one in told]


def test_the_last_checkpoint_is_signed_over_all_entries(client: TestClient, leaves: list[bytes]) -> None:
    answer = client.get("/transparency/checkpoint")
    checkpoint = Checkpoint.parse(answer.text)
    assert answer.headers["content-type"].startswith("text/plain")
    assert (checkpoint.size, checkpoint.root) == (len(leaves), slow_root(leaves))
    assert checkpoint.is_of(SIGNER.key)


def test_checkpoints_come_in_pages_with_the_key(client: TestClient, leaves: list[bytes]) -> None:
    first = client.get("/transparency/checkpoints", params={"limit": 1}).json()
    (one,) = first["items"]
    assert Key.parse(one["key"]) == SIGNER.key
    rest = client.get("/transparency/checkpoints", params={"after": first["next"]}).json()
    assert [item["size"] for item in rest["items"]] == [len(leaves)]
    assert rest["next"] is None


def test_entries_are_json_lines_with_their_hashes(client: TestClient, leaves: list[bytes]) -> None:
    answer = client.get("/transparency/entries", params={"start": 1, "limit": 3})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["n"] for line in lines] == [1, 2, 3]
    assert [line["leaf"] for line in lines] == [leaf.hex() for leaf in leaves[1:4]]
    assert all(leaf_hash(line["text"].encode()).hex() == line["leaf"] for line in lines)


def test_no_word_of_a_person_is_in_what_the_public_fetches(client: TestClient, leaves: list[bytes]) -> None:
    everything = client.get("/transparency/entries", params={"limit": 1000}).text
    assert len(everything.splitlines()) == len(leaves)
    assert "neighbour" not in everything


def test_every_entry_is_shown_to_be_there_at_every_size(client: TestClient, leaves: list[bytes]) -> None:
    for size in range(1, len(leaves) + 1):
        for number in range(size):
            proof = client.get("/transparency/proof/inclusion", params={"number": number, "size": size}).json()
            assert proof["path"] == [one.hex() for one in slow_inclusion(number, leaves[:size])]
            assert (proof["leaf"], proof["root"]) == (leaves[number].hex(), slow_root(leaves[:size]).hex())


def test_every_tree_is_shown_to_begin_with_the_smaller_ones(client: TestClient, leaves: list[bytes]) -> None:
    for old in range(1, len(leaves) + 1):
        proof = client.get("/transparency/proof/consistency", params={"old": old}).json()
        assert proof["path"] == [one.hex() for one in slow_consistency(old, leaves)]
        assert (proof["old_root"], proof["root"]) == (slow_root(leaves[:old]).hex(), slow_root(leaves).hex())


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/transparency/proof/inclusion?number=999", 404),
        ("/transparency/proof/inclusion?number=0&size=999", 404),
        ("/transparency/proof/inclusion", 400),
        ("/transparency/proof/consistency?old=999", 404),
        ("/transparency/proof/consistency?old=0", 400),
        ("/transparency/entries?limit=1001", 400),
        ("/transparency/entries?colour=red", 400),
        ("/fr/transparency", 404),
    ],
)
def test_what_is_not_there_or_not_understood_is_said(
    client: TestClient, leaves: list[bytes], path: str, status: int
) -> None:
    assert client.get(path).status_code == status


def test_before_the_first_signature_there_is_no_checkpoint(client: TestClient) -> None:
    assert client.get("/transparency/checkpoint").status_code == 404
    assert client.get("/transparency/entries").text == ""
    assert client.get("/en/transparency").status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("kk", "Ашық журнал"), ("ru", "Открытый журнал"), ("en", "open ledger")]
)
def test_the_page_says_what_it_is_and_shows_checkpoint_and_key(
    client: TestClient, leaves: list[bytes], language: str, words: str
) -> None:
    page = client.get(f"/{language}/transparency").text
    assert words in page
    assert str(SIGNER.key) in page


def test_the_page_opens_in_the_readers_language(client: TestClient) -> None:
    answer = client.get("/transparency", headers={"Accept-Language": "ru"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/ru/transparency")


def test_the_verifier_can_be_fetched(client: TestClient) -> None:
    assert client.get("/transparency/verify_ledger.py").text.startswith("#!/usr/bin/env python3")
