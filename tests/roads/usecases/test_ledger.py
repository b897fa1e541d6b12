"""The ledger misses nothing, keeps its order whoever commits first, and names the first thing that was changed."""

import json
from collections import deque
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from roads.db import Role, transaction
from roads.domain.claims import EVENTS, TRANSITIONS, Action, LineState
from roads.usecases.acting import acts
from roads.usecases.claims_drafting import Receipt, acknowledge, record_delivery
from roads.verify_ledger import Trouble, Unreadable, Verified, leaf_hash
from tests.claims import DEEDS, TODAY, Scene, make_scene
from tests.factories import make_contract, make_defect
from tests.ledger import SIGNER, Exported, by_hand, compared, entries, sequence

WATCHED = [
    "acceptance", "calendar_day", "carve_out", "claim", "claim_event", "claim_line", "claim_terms", "contract",
    "contract_event", "contract_section", "deadline_rule", "defect", "defect_event", "inspected_stretch",
    "inspection", "ladder_step", "lost_warranty", "organisation",
    "photo", "photo_mask", "photo_upload", "photo_use", "recurrence", "reopen_request", "repair", "report",
    "report_photo", "term_rule", "user_role", "verification_offer",
]  # fmt: skip


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


def way_to(state: LineState) -> list[Action]:
    """The shortest way from an issued line to a state."""
    ways = deque([(LineState.ISSUED, list[Action]())])
    while ways:
        reached, way = ways.popleft()
        if reached is state:
            return way
        ways += [
            (after, [*way, by]) for (before, by), after in TRANSITIONS.items() if before is reached and by in DEEDS
        ]
    raise AssertionError(state)


def steps() -> Iterator[tuple[LineState, Action]]:
    yield from ((state, action) for state, action in TRANSITIONS if action in DEEDS)
    yield from ((state, action) for action, states in EVENTS.items() for state in states)


# --- nothing is missed ---


@pytest.mark.parametrize(("state", "action"), list(steps()))
def test_every_action_on_a_line_leaves_who_did_what_when_before_and_after(
    scene: Scene, state: LineState, action: Action
) -> None:
    if state is LineState.DRAFTED:
        defect = scene.defect()
        scene.draft()
        line = scene.line_of(defect)
    else:
        line = scene.issued()
        scene.does(line, *way_to(state))
    scene.does(line, action)
    last = entries(scene.session, "claim_line", record=str(line.id))[-1]
    told = entries(scene.session, "claim_event")[-1]
    who = scene.builder if last["organisation"] == scene.builder.organisation_id else scene.engineer
    assert (last["action"], last["change"], last["day"]) == (action.value, "changed", TODAY.isoformat())
    assert (last["actor"], last["role"]) == (who.name, who.role) == (told["actor"], told["role"])
    if state is not LineState.DRAFTED:
        assert last["before"]["state"] == state.value
        assert last["after"]["state"] == scene.state(line).value
    assert compared(scene.session).strayed is None


def test_what_is_done_to_a_claim_leaves_its_entries(scene: Scene) -> None:
    line = scene.issued()
    record_delivery(scene.session, scene.engineer, Receipt(line.claim_id, "receipt 7"), today=TODAY)
    acknowledge(scene.session, scene.builder, Receipt(line.claim_id), today=TODAY)
    done = [(one["action"], one["change"]) for one in entries(scene.session, "claim", record=str(line.claim_id))]
    assert done == [("draft", "added"), ("issue", "changed"), ("deliver", "changed"), ("acknowledge", "changed")]


def test_a_repair_and_the_verdict_on_it_leave_their_entries(scene: Scene) -> None:
    line = scene.issued()
    scene.does(line, Action.REPORT_REPAIR, Action.VERIFY)
    reported, judged = entries(scene.session, "repair")
    assert (reported["change"], reported["actor"]) == ("added", scene.builder.name)
    assert (judged["after"]["verdict"], judged["actor"]) == ("verified", scene.engineer.name)


def test_what_the_causes_of_liability_are_is_in_the_ledger_too(scene: Scene) -> None:
    found = {one: len(entries(scene.session, one)) for one in ("contract", "contract_section", "acceptance")}
    assert min(found.values()) > 0
    assert len(entries(scene.session, "deadline_rule")) == 2


def test_a_defect_that_is_withdrawn_leaves_an_entry(session: Session) -> None:
    defect = make_defect(session)
    session.execute(
        text("UPDATE defect SET withdrawn_on = '2026-01-02', withdrawn_reason = 'typo' WHERE id = :id"),
        {"id": defect.id},
    )
    last = entries(session, "defect", record=str(defect.id))[-1]
    assert "withdrawn_on" not in last["before"]
    assert last["after"]["withdrawn_on"] == "2026-01-02"


def test_what_changes_nothing_leaves_no_entry(scene: Scene) -> None:
    before = len(entries(scene.session, "contract"))
    scene.session.execute(text("UPDATE contract SET number = number"))
    assert len(entries(scene.session, "contract")) == before


def test_a_change_by_hand_names_the_login(session: Session) -> None:
    make_contract(session)
    last = entries(session, "contract")[-1]
    assert last["actor"].startswith("database:")
    assert last["action"] == "unsaid"


def test_every_column_of_a_watched_table_is_in_its_text(session: Session) -> None:
    """A column that a migration adds without watching the table anew could be changed unseen."""
    columns = session.execute(
        text(
            "SELECT c.relname, a.attname, p.prosrc FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "JOIN pg_proc p ON p.proname = 'ledger_note_' || c.relname "
            "WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
        )
    ).all()
    assert sorted({row.relname for row in columns}) == WATCHED
    assert [(row.relname, row.attname) for row in columns if f'"{row.attname}":' not in row.prosrc] == []


# --- what the text of an entry is ---


def test_the_text_is_canonical(scene: Scene) -> None:
    scene.issued(note='«Ямка» — 3\t\\"quoted"\u0007 и\u0306')
    for one in scene.session.scalars(text("SELECT text FROM ledger_entry")):
        assert one == json.dumps(json.loads(one), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_words_and_persons_stay_outside(scene: Scene) -> None:
    line = scene.issued(note="told by a neighbour")
    scene.does(line, Action.DISPUTE, Action.UPHOLD)
    every = "\n".join(scene.session.scalars(text("SELECT text FROM ledger_entry")))
    assert "neighbour" not in every
    assert "lorries" not in every
    defect = entries(scene.session, "defect")[-1]
    assert list(defect["after"]["note"]) == ["hmac"]


def test_a_draft_is_closed_until_it_is_issued(scene: Scene) -> None:
    line = scene.issued()
    drafted, issued = entries(scene.session, "claim_line", record=str(line.id))
    assert set(drafted["after"]) == {"record", "sealed"}
    assert issued["before"] == drafted["after"]
    assert issued["after"]["contract_id"] == scene.contract.id


def test_words_are_forgotten_with_their_salt_and_the_rest_is_still_compared(scene: Scene) -> None:
    line = scene.issued(note="told by a neighbour")
    record = {"record": str(line.defect_id)}
    scene.session.execute(text("RESET ROLE"))
    scene.session.execute(text("DELETE FROM ledger_salt WHERE subject = 'defect' AND record = :record"), record)
    scene.session.execute(text("SET LOCAL ROLE roads_jobs"))
    found = compared(scene.session)
    assert (found.forgotten, found.strayed) == (1, None)
    by_hand(scene.session, "UPDATE defect SET severity = 'high' WHERE id = :id", id=line.defect_id)
    strayed = compared(scene.session).strayed
    assert strayed
    assert (strayed.subject, strayed.record) == ("defect", str(line.defect_id))


MANY = """
    INSERT INTO defect (source, external_id, geom, detected_on, element)
    SELECT 'many', 'M-' || n, 'SRID=4326;POINT(70 50)', '2026-01-01', 'pavement' FROM generate_series(1, :many) AS n
"""


def test_many_rows_at_once_are_one_entry_with_a_digest_of_each(session: Session, tmp_path: Path) -> None:
    session.execute(text(MANY), {"many": 300})
    (one,) = entries(session, "defect", rows=300)
    assert "after" not in one
    sequence(session)
    exported = Exported.of(session, tmp_path / "ledger.jsonl")
    assert isinstance(exported.verified(), Verified)
    assert compared(session).strayed is None
    session.execute(text("UPDATE defect SET severity = 'low' WHERE external_id = 'M-7'"))
    sequence(session)
    assert isinstance(Exported.of(session, tmp_path / "later.jsonl").verified(), Verified)


# --- nobody else writes it ---


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO ledger_entry (subject, record, text) VALUES ('claim', '1', '{}')",
        "INSERT INTO ledger_waiting VALUES (1)",
        "UPDATE ledger_entry SET text = ''",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "UPDATE ledger_leaf SET hash = ''",
        "DELETE FROM ledger_checkpoint",
        "SELECT salt FROM ledger_salt",
        "DELETE FROM ledger_salt",
    ],
)
@pytest.mark.parametrize("role", ["roads_app", "roads_jobs", "roads_accounts", "roads_public"])
def test_the_application_and_the_public_cannot_write_it(session: Session, attempt: str, role: str) -> None:
    session.execute(text(f"SET LOCAL ROLE {role}"))
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text(attempt))


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leaf", "ledger_node", "ledger_checkpoint"])
@pytest.mark.parametrize("attempt", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_takes_anything_away(session: Session, table: str, attempt: str) -> None:
    session.execute(text("SET LOCAL ROLE roads_owner"))
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(attempt.format(table)))


# --- the order ---


def count(engine: Engine, table: str) -> int:
    with transaction(engine) as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_two_transactions_that_commit_in_the_other_order_lose_no_entry(database: Engine) -> None:
    with transaction(database) as first:
        make_contract(first, number="first")
        with transaction(database) as second:
            make_contract(second, number="second")
        with transaction(database) as job:
            early = sequence(job).entries
    with transaction(database) as job:
        late = sequence(job).entries
        assert sequence(job).entries == 0
        told = job.scalars(text("SELECT text FROM public_ledger_entry WHERE subject = 'contract' ORDER BY n")).all()
        places = job.scalars(text("SELECT n FROM ledger_leaf ORDER BY n")).all()
    assert [json.loads(one)["after"]["number"] for one in told] == ["second", "first"]
    assert early == late > 0
    assert places == list(range(early + late))


class Killed(BaseException):
    """The process is gone."""


def sequence_and_die(engine: Engine) -> None:
    with transaction(engine) as session:
        sequence(session, at_most=2)
        raise Killed


def test_a_run_that_is_killed_half_way_leaves_everything_as_it_was(database: Engine, tmp_path: Path) -> None:
    with transaction(database) as session:
        for _ in range(5):
            make_contract(session)
    waiting = count(database, "ledger_waiting")
    with transaction(database) as session:
        sequence(session, at_most=2)
    with pytest.raises(Killed):
        sequence_and_die(database)
    assert (count(database, "ledger_leaf"), count(database, "ledger_waiting")) == (2, waiting - 2)
    with transaction(database) as session:
        assert sequence(session).entries == waiting - 2
        found = Exported.of(session, tmp_path / "ledger.jsonl").verified()
    assert isinstance(found, Verified)
    assert (found.size, found.checkpoints, found.beyond) == (waiting, 2, 0)


def test_without_a_signer_entries_get_their_place_and_the_next_signature_covers_them(session: Session) -> None:
    make_contract(session)
    assert sequence(session, signer=None).checkpoints == 0
    assert sequence(session).checkpoints == 1
    assert sequence(session).checkpoints == 0


# --- what was planted is found ---


@pytest.fixture
def exported(scene: Scene, tmp_path: Path) -> Exported:
    line = scene.issued()
    sequence(scene.session)
    scene.does(line, Action.REPORT_REPAIR, Action.VERIFY)
    sequence(scene.session)
    return Exported.of(scene.session, tmp_path / "ledger.jsonl")


def test_an_untouched_ledger_is_in_order(exported: Exported) -> None:
    found = exported.verified()
    assert isinstance(found, Verified)
    assert found.checkpoints == 2


def told(found: Verified | Trouble) -> tuple[str, object, object]:
    assert isinstance(found, Trouble)
    return found.code, found.params.get("number"), found.params.get("subject")


def test_an_edited_entry_of_an_export_is_named(exported: Exported) -> None:
    entry = exported.entry(3)
    entry["text"] = entry["text"].replace('"change":"added"', '"change":"moved"')
    assert told(exported.verified()) == ("wrong_hash", 3, json.loads(entry["text"])["subject"])


def test_an_entry_edited_together_with_its_hash_is_found_by_the_next_signed_root(exported: Exported) -> None:
    entry = exported.entry(0)
    entry["text"] = entry["text"].replace('"unsaid"', '"import"')
    entry["leaf"] = leaf_hash(entry["text"].encode()).hex()
    found = exported.verified()
    assert isinstance(found, Trouble)
    assert (found.code, found.params["first"]) == ("wrong_root", 0)


def test_an_entry_that_was_taken_away_is_named(exported: Exported) -> None:
    exported.lines.remove(exported.entry(4))
    assert told(exported.verified()) == ("wrong_number", 4, None)


def test_an_export_that_ends_too_early_is_named(exported: Exported) -> None:
    exported.lines = exported.lines[:6]
    found = exported.verified()
    assert isinstance(found, Trouble)
    assert (found.code, found.params["found"]) == ("entries_missing", 5)


@pytest.mark.parametrize("edit", [("\n", "\n9"), ("ledger.test\n", "ledger.best\n")])
def test_an_edited_checkpoint_is_refused(exported: Exported, edit: tuple[str, str]) -> None:
    exported.note = exported.note.replace(*edit, 1)
    assert told(exported.verified())[0] == "bad_signature"


@pytest.mark.parametrize("edit", [("=\n\n", "x\n\n"), ("\n\n", "\n"), ("\n", "\nx")])
def test_what_is_no_checkpoint_cannot_be_read(exported: Exported, edit: tuple[str, str]) -> None:
    exported.note = exported.note.replace(*edit, 1)
    with pytest.raises(Unreadable, match="bad_checkpoint"):
        exported.verified()


def test_a_checkpoint_of_another_key_is_refused(exported: Exported) -> None:
    other = type(SIGNER)("ledger.test", "A" * 43 + "=")
    assert told(exported.verified(key=str(other.key)))[0] == "bad_signature"


def test_an_edited_checkpoint_on_the_way_is_refused(exported: Exported) -> None:
    on_the_way = next(line for line in exported.lines if "checkpoint" in line)
    on_the_way["checkpoint"] = on_the_way["checkpoint"].replace("ledger.test\n", "ledger.best\n", 1)
    assert told(exported.verified())[0] == "bad_signature"


def test_an_edit_in_the_ledger_itself_is_found(scene: Scene, tmp_path: Path) -> None:
    scene.issued()
    sequence(scene.session)
    by_hand(
        scene.session,
        "UPDATE ledger_entry SET text = replace(text, :was, :is) WHERE subject = 'acceptance'",
        was='"change":"added"',
        **{"is": '"change":"moved"'},
    )
    found = Exported.of(scene.session, tmp_path / "ledger.jsonl").verified()
    assert told(found)[0::2] == ("wrong_hash", "acceptance")


def test_a_row_edited_by_hand_is_named_with_its_column_and_entry(scene: Scene) -> None:
    line = scene.issued()
    sequence(scene.session)
    by_hand(scene.session, "UPDATE claim_line SET rectify_by = '2030-01-01' WHERE id = :id", id=line.id)
    strayed = compared(scene.session).strayed
    assert strayed
    assert (strayed.code, strayed.subject, strayed.record) == ("not_as_told", "claim_line", str(line.id))
    assert strayed.columns == "rectify_by"
    number = scene.session.scalar(
        text("SELECT max(n) FROM public_ledger_entry WHERE subject = 'claim_line' AND record = :record"),
        {"record": str(line.id)},
    )
    assert strayed.number == number


def test_the_first_of_several_edits_is_named(scene: Scene) -> None:
    lines = [scene.issued(1000), scene.issued(2000)]
    for line in reversed(lines):
        by_hand(scene.session, "UPDATE claim_line SET round = 9 WHERE id = :id", id=line.id)
    strayed = compared(scene.session).strayed
    assert strayed
    assert strayed.record == str(lines[0].id)


def test_words_edited_by_hand_are_named_though_the_ledger_never_had_them(scene: Scene) -> None:
    line = scene.issued(note="told by a neighbour")
    by_hand(scene.session, "UPDATE defect SET note = 'nobody told' WHERE id = :id", id=line.defect_id)
    strayed = compared(scene.session).strayed
    assert strayed
    assert (strayed.subject, strayed.columns) == ("defect", "note")


def test_one_row_of_many_that_came_at_once_is_named(session: Session) -> None:
    session.execute(text(MANY), {"many": 300})
    by_hand(session, "UPDATE defect SET detected_on = '2025-01-01' WHERE external_id = 'M-42'")
    edited = session.scalar(text("SELECT id FROM defect WHERE external_id = 'M-42'"))
    strayed = compared(session).strayed
    assert strayed
    assert (strayed.code, strayed.subject, strayed.record) == ("not_as_told", "defect", str(edited))


def test_a_row_put_in_or_taken_out_by_hand_is_named(session: Session) -> None:
    contract = make_contract(session)
    by_hand(session, "DELETE FROM contract WHERE id = :id", id=contract.id)
    gone = compared(session).strayed
    assert gone
    assert (gone.code, gone.record) == ("not_there", str(contract.id))
    by_hand(session, "DELETE FROM ledger_entry WHERE subject = 'contract' AND record = :id", id=str(contract.id))
    assert compared(session).strayed is None
    by_hand(session, "INSERT INTO calendar_day VALUES ('2031-01-01', 'holiday', 'nothing', true)")
    put_in = compared(session).strayed
    assert put_in
    assert (put_in.code, put_in.record) == ("no_entry", "2031-01-01")


def test_a_row_put_in_by_hand_with_words_in_it_is_not_taken_for_a_forgotten_one(session: Session) -> None:
    by_hand(
        session, MANY.replace("element)", "element, note)").replace("'pavement' FROM", "'pavement', 'x' FROM"), many=1
    )
    put_in = compared(session).strayed
    assert put_in
    assert (put_in.code, put_in.subject) == ("no_entry", "defect")


def test_a_row_edited_by_hand_and_changed_lawfully_after_is_found_in_the_export(scene: Scene, tmp_path: Path) -> None:
    line = scene.issued()
    by_hand(scene.session, "UPDATE claim_line SET rectify_by = '2030-01-01' WHERE id = :id", id=line.id)
    scene.does(line, Action.ACCEPT)
    sequence(scene.session)
    found = Exported.of(scene.session, tmp_path / "ledger.jsonl").verified()
    assert told(found)[0::2] == ("wrong_before", "claim_line")


def test_a_list_of_records_edited_in_the_ledger_is_named(session: Session, tmp_path: Path) -> None:
    session.execute(text(MANY), {"many": 300})
    sequence(session)
    exported = Exported.of(session, tmp_path / "ledger.jsonl")
    chunk = next(line for line in exported.lines if "rows" in line)
    chunk["rows"][41][1] = sha256(b"other").hexdigest()
    assert told(exported.verified())[0::2] == ("wrong_rows", "defect")


def test_the_deed_said_last_holds(session: Session) -> None:
    scene = make_scene(session)
    acts(session, scene.engineer, "one_thing", today=date(2026, 1, 1))
    acts(session, scene.builder, "another")
    make_contract(session)
    last = entries(session, "contract")[-1]
    assert (last["action"], last["actor"], last.get("day")) == ("another", scene.builder.name, None)


def test_the_public_reads_what_has_its_place_and_nothing_else(database: Engine) -> None:
    with transaction(database) as session:
        make_contract(session)
    with transaction(database, Role.PUBLIC) as public:
        assert public.scalar(text("SELECT count(*) FROM public_ledger_entry")) == 0
    with transaction(database) as session:
        placed = sequence(session).entries
    with transaction(database, Role.PUBLIC) as public:
        assert public.scalar(text("SELECT count(*) FROM public_ledger_entry")) == placed
