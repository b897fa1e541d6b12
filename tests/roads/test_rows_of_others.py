"""Through the application's connection everybody meets their own rows only, whatever the statement forgets to ask."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from roads.db import Role, open_engine, transaction
from roads.domain.actors import OPERATOR, Actor, person
from roads.domain.actors import Role as Acting
from roads.domain.claims import Action, PhotoUsedBefore
from roads.domain.errors import NotFound
from roads.domain.inspections import InspectionKind, InspectionOutcome
from roads.domain.photos import MaskKind, PhotoSubject, Region
from roads.media import MediaFolder
from roads.queries.photos import Mask, Subject, evidence_of
from roads.usecases.claims_answers import AcceptLine, accept
from roads.usecases.claims_repairs import ReportRepair, VerifyRepair, report_repair, verify
from roads.usecases.inspections import RecordInspection, record_inspection
from roads.usecases.letters import keep_document
from roads.usecases.notices import write_letters
from roads.usecases.photos import AttachPhoto, KeepPhoto, attach_photo, keep_photo
from roads.usecases.photos_public import MaskPhoto, ReleasePhoto, mask_photo, release_photo
from tests.claims import TODAY, Scene, make_scene
from tests.conftest import cloned
from tests.factories import make_organisation
from tests.pictures import asphalt, written

OF_CONTRACT = {
    "claim": "SELECT id, contract_id FROM claim",
    "claim_line": "SELECT id, contract_id FROM claim_line",
    "claim_event": "SELECT e.id, c.contract_id FROM claim_event e JOIN claim c ON c.id = e.claim_id",
    "claim_terms": "SELECT id, contract_id FROM claim_terms",
    "repair": "SELECT r.id, l.contract_id FROM repair r JOIN claim_line l ON l.id = r.line_id",
    "photo": "SELECT u.photo_id, l.contract_id FROM photo_use u JOIN claim_line l ON l.id = u.line_id",
    "photo_use": "SELECT u.id, l.contract_id FROM photo_use u JOIN claim_line l ON l.id = u.line_id",
    "photo_mask": (
        "SELECT m.id, l.contract_id FROM photo_mask m"
        " JOIN photo_use u ON u.photo_id = m.photo_id JOIN claim_line l ON l.id = u.line_id"
    ),
    "reopen_request": ("SELECT q.id, l.contract_id FROM reopen_request q JOIN claim_line l ON l.id = q.line_id"),
    "report": "SELECT id, contract_id FROM report",
    "report_photo": "SELECT p.report_id, r.contract_id FROM report_photo p JOIN report r ON r.id = p.report_id",
    "verification_offer": (
        "SELECT o.id, l.contract_id FROM verification_offer o"
        " JOIN repair r ON r.id = o.repair_id JOIN claim_line l ON l.id = r.line_id"
    ),
    "ladder_step": "SELECT s.id, l.contract_id FROM ladder_step s JOIN claim_line l ON l.id = s.line_id",
    "recurrence": "SELECT r.id, l.contract_id FROM recurrence r JOIN claim_line l ON l.id = r.line_id",
    "lost_warranty": "SELECT id, contract_id FROM lost_warranty",
    "planned_inspection": "SELECT id, contract_id FROM planned_inspection",
    "letter": "SELECT l.id, c.contract_id FROM letter l JOIN claim c ON c.id = l.claim_id",
    "letter_cause": (
        "SELECT u.id, c.contract_id FROM letter_cause u JOIN letter l ON l.id = u.letter_id"
        " JOIN claim c ON c.id = l.claim_id"
    ),
    "letter_document": (
        "SELECT d.sha256, c.contract_id FROM letter_document d JOIN letter l ON l.id = d.letter_id"
        " JOIN claim c ON c.id = l.claim_id"
    ),
    "inspection": (
        "SELECT s.inspection_id, t.contract_id FROM inspected_stretch s"
        " JOIN contract_section t ON t.carriageway_id = s.carriageway_id"
    ),
}
"""Every table that is held by row, and the contract each row is about."""
OF_SENDERS = ("photo_upload",)
RECORDED = ("defect", "defect_event")
"""What anybody who has signed in reads, and some write in their own name."""
KEYS = {"letter_document": "sha256", "report_photo": "report_id"}
LETTERBOX = ("report_witness", "letterbox_entry")
"""What only the letterbox sees, and jobs."""
FOLLOWERS = ("subscription", "subscription_told")
"""What jobs alone see: whoever has no account goes by functions."""
CITIZENS = ("report", "report_photo", "reopen_request")
OUTBOX = ("notice", "notice_attempt", "untold", "organisation_address", "webhook")
"""Held by row in ways of their own: see the tests below."""
ACCOUNTS = ("user_account", "user_role", "user_session", "personal_token", "password_reset", "sign_in_attempt")


@dataclass(frozen=True)
class World:
    """Two customers with a contractor and a supervisor each, and the same things in all tables of both."""

    engine: Engine
    contracts: tuple[int, int]
    people: Mapping[Acting, Actor]
    """Of the first customer's contract."""

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """A connection of which nothing is kept."""
        with self.engine.connect() as connection, connection.begin() as outer:
            yield connection
            outer.rollback()

    def keys(self, table: str, *contracts: int) -> set[object]:
        """The rows of a table that are about these contracts."""
        with transaction(self.engine, Role.JOBS) as session:
            return {key for key, contract in session.execute(text(OF_CONTRACT[table])) if contract in contracts}


def seen(session: Session, table: str) -> set[object]:
    return set(session.scalars(text(f"SELECT {KEYS.get(table, 'id')} FROM {table}")))


def fill(session: Session, scene: Scene) -> None:
    """A row in every table: a claim with a repaired line, one that is still a draft, and what jobs add."""
    line = scene.issued(1000)
    scene.does(line, Action.ACCEPT, Action.REPORT_REPAIR)
    scene.issued(3000)
    judged = scene.issued(4000)
    scene.does(judged, Action.REPORT_REPAIR, Action.VERIFY)
    draft = scene.defect(5000, detected_on=date(2024, 6, 4))
    scene.draft(date(2024, 6, 4))
    values = {
        "contract": scene.contract.id,
        "customer": scene.customer.id,
        "line": line.id,
        "judged": judged.id,
        "defect": draft.id,
        "carriageway": scene.line.id,
        "day": TODAY,
    }
    for words in (
        (
            "INSERT INTO claim_terms (customer_id, contract_id, document, stated_by)"
            " VALUES (:customer, :contract, 'x', 'y')"
        ),
        (
            "INSERT INTO verification_offer (repair_id, organisation_id, offered_by, offered_on)"
            " SELECT id, reporter_organisation_id, 'engineer-1', :day FROM repair WHERE line_id = :line"
        ),
        (
            "INSERT INTO report (code, lon, lat, carriageway_id, at_cm, contract_id, seen_on, reported_at, language,"
            " channel) VALUES (translate(lpad(CAST(CAST(:contract AS integer) AS text), 10, '2'), '01', 'AB'), 70, 50,"
            " :carriageway, 1, :contract, :day, now(), 'kk', 'page')"
        ),
        (
            "INSERT INTO report_photo (report_id, photo_id) SELECT r.id, u.photo_id FROM report r, photo_use u"
            " WHERE r.contract_id = :contract AND u.line_id = :line"
        ),
        (
            "INSERT INTO reopen_request (line_id, repair_id, verifier, asked_on)"
            " SELECT line_id, id, verifier, :day FROM repair WHERE verdict = 'verified' AND line_id = :judged"
        ),
        "INSERT INTO ladder_step (line_id, round, rung, due_on) VALUES (:line, 1, 'reminder', :day)",
        "INSERT INTO recurrence (defect_id, line_id, distance_cm, linked_on) VALUES (:defect, :line, 5, :day)",
        (
            "INSERT INTO lost_warranty (defect_id, contract_id, carriageway_id, extent, warranty_id, ended_on)"
            " SELECT :defect, :contract, :carriageway, '[1,2)', warranty_id, :day FROM claim_line WHERE id = :line"
        ),
        (
            'INSERT INTO photo_mask (photo_id, "left", top, "right", bottom, kind, masked_by, masked_on)'
            " SELECT photo_id, 0, 0, 0.5, 0.5, 'face', 'engineer-1', :day FROM photo_use WHERE line_id = :line"
        ),
        (
            "INSERT INTO planned_inspection (kind, contract_id, carriageway_id, extent, due, planned_on)"
            " VALUES ('spring', :contract, :carriageway, '[1,2)', '[2024-04-01,2024-05-01)', :day)"
        ),
    ):
        session.execute(text(words), values)
    now = datetime(2024, 6, 3, tzinfo=UTC)
    write_letters(session, OPERATOR, today=TODAY, now=now)
    for letter in session.scalars(text("SELECT id FROM letter ORDER BY id")):
        keep_document(session, OPERATOR, letter, "kk", f"letter {letter}".encode())
    for by in (OPERATOR, person("inspector-9", Acting.INSPECTOR, scene.customer.id)):
        walk = RecordInspection(
            f"phone of {by.name}",
            str(scene.line.id),
            scene.line.source_id,
            None,
            None,
            InspectionKind.SPRING,
            TODAY,
            InspectionOutcome.NO_DEFECT_FOUND,
        )
        record_inspection(session, by, walk, today=TODAY)


@pytest.fixture(scope="module")
def world(admin: Connection, template: str) -> Iterator[World]:
    with cloned(admin, template) as url:
        engine = open_engine(url)
        yield make_world(engine)
        engine.dispose()


def make_world(database: Engine) -> World:
    with transaction(database, Role.JOBS) as session:
        scenes = [make_scene(session), make_scene(session, lat=51.0, with_rules=False)]
        supervisor, somebody = make_organisation(session), make_organisation(session)
        scenes[0].contract.supervisor_id = supervisor.id
        for scene in scenes:
            session.flush()
            fill(session, scene)
        first = scenes[0]
        organisations = {
            Acting.INSPECTOR: first.customer.id,
            Acting.ENGINEER: first.customer.id,
            Acting.CONTRACTOR: first.contractor.id,
            Acting.SUPERVISOR: supervisor.id,
            Acting.AUDITOR: somebody.id,
            Acting.ADMINISTRATOR: somebody.id,
        }
        people = {role: person(f"{role}-1", role, of, user_id=1) for role, of in organisations.items()}
        return World(database, (scenes[0].contract.id, scenes[1].contract.id), people)


READS_ALL = (Acting.AUDITOR, Acting.ADMINISTRATOR)


def drafts(world: World, table: str) -> set[object]:
    """What no contractor sees yet."""
    hidden = {
        "claim": "SELECT id FROM claim WHERE issued_on IS NULL",
        "claim_line": "SELECT id FROM claim_line WHERE facts IS NULL",
        "claim_event": "SELECT e.id FROM claim_event e JOIN claim c ON c.id = e.claim_id WHERE c.issued_on IS NULL",
    }
    with transaction(world.engine, Role.JOBS) as session:
        return set(session.scalars(text(hidden[table]))) if table in hidden else set()


@pytest.mark.parametrize("role", Acting)
def test_without_any_where_everybody_reads_their_own_rows_only(world: World, role: Acting) -> None:
    for table in OF_CONTRACT:
        mine = world.keys(table, *(world.contracts if role in READS_ALL else world.contracts[:1]))
        others = world.keys(table, world.contracts[1])
        assert mine
        assert others - world.keys(table, world.contracts[0])
        if role is Acting.CONTRACTOR:
            mine = set() if table in ("inspection", *CITIZENS) else mine - drafts(world, table)
        with transaction(world.engine, Role.APP, world.people[role]) as session:
            assert seen(session, table) == mine, table


def test_without_an_actor_there_is_nothing(world: World) -> None:
    with transaction(world.engine, Role.APP) as session:
        for table in (*OF_CONTRACT, *OF_SENDERS, "inspected_stretch", *RECORDED, "kept_answer"):
            rows = session.scalar(text(f"SELECT count(*) FROM {table}"))
            assert rows == 0, table


def test_what_an_actor_saw_is_not_left_to_the_next_one_on_the_same_connection(world: World) -> None:
    with world.engine.connect() as connection:
        with transaction(connection, Role.APP, world.people[Acting.AUDITOR]) as session:
            assert seen(session, "claim")
        connection.commit()
        with transaction(connection, Role.APP) as session:
            assert seen(session, "claim") == set()


@pytest.mark.parametrize(
    ("kato", "contract_kato", "is_seen"),
    [("11", "11", True), ("11", "75", False), ("11", None, True), ("75", None, False)],
)
def test_an_engineer_of_one_region_meets_its_contracts_and_no_others(
    world: World, kato: str, contract_kato: str | None, *, is_seen: bool
) -> None:
    everywhere = world.people[Acting.ENGINEER]
    bound = person("engineer-1", Acting.ENGINEER, everywhere.organisation_id or 0, kato=kato)
    with world.undone() as connection:
        with transaction(connection, Role.JOBS) as session:
            session.execute(text("UPDATE contract SET kato = :kato"), {"kato": contract_kato})
        with transaction(connection, Role.APP, bound) as session:
            assert bool(seen(session, "claim_line")) is is_seen


@contextmanager
def refused() -> Iterator[None]:
    """The database says no: the right is missing, or the row is not within the policy."""
    with pytest.raises(ProgrammingError) as said:
        yield
    assert isinstance(said.value.orig, InsufficientPrivilege)


def copied(session: Session, table: str, key: object) -> tuple[str, dict[str, object]]:
    """How to write a row again, with the columns one may write."""
    columns = session.scalars(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :table"
            " AND identity_generation IS NULL AND is_generated = 'NEVER'"
        ),
        {"table": table},
    ).all()
    listed = ", ".join(f'"{column}"' for column in columns)
    as_words = ", ".join(f'CAST("{column}" AS text) AS "{column}"' for column in columns)
    known_by = KEYS.get(table, "id")
    row = session.execute(text(f"SELECT {as_words} FROM {table} WHERE {known_by} = :key"), {"key": key}).one()
    kinds = text(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(:table) AND attnum > 0"
    )
    types = {name: kind for name, kind in session.execute(kinds, {"table": table})}  # noqa: C416
    values = ", ".join(f"CAST(:{column} AS {types[column]})" for column in columns)
    return f"INSERT INTO {table} ({listed}) VALUES ({values})", dict(row._mapping)


@pytest.mark.parametrize("role", Acting)
@pytest.mark.parametrize("table", OF_CONTRACT)
def test_nobody_adds_a_row_to_what_is_somebody_elses(world: World, role: Acting, table: str) -> None:
    if table == "claim_terms" and role is Acting.ADMINISTRATOR:
        with world.undone() as connection, transaction(connection, Role.APP, world.people[role]) as session:
            session.execute(
                text(
                    "INSERT INTO claim_terms (customer_id, document, stated_by)"
                    " SELECT customer_id, 'x', 'y' FROM contract WHERE id = :id"
                ),
                {"id": world.contracts[1]},
            )
        return
    key = min(world.keys(table, world.contracts[1]) - world.keys(table, world.contracts[0]), key=str)
    with transaction(world.engine, Role.JOBS) as session:
        words, values = copied(session, table, key)
    with refused(), transaction(world.engine, Role.APP, world.people[role]) as session:
        session.execute(text(words), values)


CHANGED = {
    "claim": "delivered_on = delivered_on",
    "claim_line": "revision = revision",
    "claim_terms": "recorded = recorded",
    "repair": "verdict = verdict",
    "photo": "revision = revision",
    "photo_mask": "lifted_by = 'engineer-1', lifted_on = masked_on",
}
CHANGES = {
    Acting.ENGINEER: {"claim", "claim_line", "photo", "photo_mask"},
    Acting.CONTRACTOR: {"claim", "claim_line"},
    Acting.ADMINISTRATOR: {"claim_terms"},
}


@pytest.mark.parametrize("role", Acting)
@pytest.mark.parametrize("table", ["claim", "claim_line", "claim_terms", "photo", "photo_mask"])
def test_nobody_changes_what_is_somebody_elses(world: World, role: Acting, table: str) -> None:
    mine = set()
    if table in CHANGES.get(role, set()):
        mine = world.keys(table, *(world.contracts if role is Acting.ADMINISTRATOR else world.contracts[:1]))
        mine -= drafts(world, table) if role is Acting.CONTRACTOR else set()
    with world.undone() as connection, transaction(connection, Role.APP, world.people[role]) as session:
        changed = set(session.scalars(text(f"UPDATE {table} SET {CHANGED[table]} RETURNING id")))
    assert changed == mine


def test_nobody_can_change_what_was_told_or_what_jobs_found(world: World) -> None:
    with world.engine.connect() as connection:
        may = connection.scalars(
            text(
                "SELECT t FROM unnest(CAST(:tables AS text[])) t"
                " WHERE has_any_column_privilege('roads_app', t, 'UPDATE')"
            ),
            {"tables": [*OF_CONTRACT, *OF_SENDERS]},
        )
        assert set(may) == {*CHANGED, "report", "reopen_request"}  # which are decided on: see below


def test_an_engineer_cannot_hand_a_claim_to_another_customers_contract(world: World) -> None:
    with refused(), transaction(world.engine, Role.APP, world.people[Acting.ENGINEER]) as session:
        session.execute(
            text("UPDATE claim SET contract_id = :other WHERE issued_on IS NULL"), {"other": world.contracts[1]}
        )


@pytest.mark.parametrize(
    "words",
    [
        (
            "INSERT INTO claim_event (claim_id, action, person, organisation_id, role, happened_on)"
            " SELECT id, 'acknowledge', 'somebody-else', :me, 'contractor', :day FROM claim LIMIT 1"
        ),
        (
            "INSERT INTO claim_event (claim_id, action, person, organisation_id, role, happened_on)"
            " SELECT id, 'acknowledge', 'contractor-1', :me, 'engineer', :day FROM claim LIMIT 1"
        ),
        (
            "INSERT INTO repair (line_id, reported_on, reporter, reporter_organisation_id)"
            " SELECT id, :day, 'somebody-else', :me FROM claim_line WHERE state = 'issued' LIMIT 1"
        ),
        (
            "INSERT INTO repair (line_id, reported_on, reporter, reporter_organisation_id)"
            " SELECT id, :day, 'contractor-1', :me + 1 FROM claim_line WHERE state = 'issued' LIMIT 1"
        ),
        "INSERT INTO photo (content_hash, kept_by) VALUES (repeat('a', 64), 'somebody-else')",
        (
            "INSERT INTO photo_upload (photo_id, sent_by, organisation_id)"
            " SELECT id, 'somebody-else', :me FROM photo LIMIT 1"
        ),
        (
            "INSERT INTO photo_upload (photo_id, sent_by, organisation_id)"
            " SELECT id, 'contractor-1', :me + 1 FROM photo LIMIT 1"
        ),
        (
            "INSERT INTO photo_use (photo_id, subject, line_id, name, used_on, attached_by, organisation_id)"
            " SELECT photo_id, 'dispute', line_id, 'x', :day, 'somebody-else', :me FROM photo_use LIMIT 1"
        ),
        (
            "INSERT INTO photo_use (photo_id, subject, defect_id, name, used_on, attached_by, organisation_id)"
            " SELECT photo_id, 'defect', 1, 'x', :day, 'contractor-1', :me FROM photo_use LIMIT 1"
        ),
        (
            'INSERT INTO photo_mask (photo_id, "left", top, "right", bottom, kind, masked_by, masked_on)'
            " SELECT id, 0, 0, 1, 1, 'face', 'contractor-1', :day FROM photo LIMIT 1"
        ),
    ],
)
def test_nobody_speaks_in_another_name(world: World, words: str) -> None:
    me = world.people[Acting.CONTRACTOR]
    with refused(), transaction(world.engine, Role.APP, me) as session:
        session.execute(text(words), {"me": me.organisation_id, "day": TODAY})


def test_the_use_cases_of_claims_work_within_the_rows_of_their_people(world: World) -> None:
    with transaction(world.engine, Role.JOBS) as session:
        asked = "SELECT id FROM claim_line WHERE state = :state AND contract_id = :contract"
        at = {
            state: session.scalars(text(asked), {"state": state, "contract": world.contracts[0]}).all()[0]
            for state in ("issued", "repaired")
        }
    builder, engineer = world.people[Acting.CONTRACTOR], world.people[Acting.ENGINEER]
    with world.undone() as connection:
        with transaction(connection, Role.APP, builder) as session:
            assert accept(session, builder, AcceptLine(at["issued"]), today=TODAY) == "accepted"
        with transaction(connection, Role.APP, engineer) as session:
            assert verify(session, engineer, VerifyRepair(at["repaired"]), today=TODAY) == "verified"


@pytest.mark.parametrize("role", Acting)
def test_what_a_device_said_is_known_to_its_own_organisation_alone(world: World, role: Acting) -> None:
    with transaction(world.engine, Role.JOBS) as session:
        own = {world.people[role].organisation_id}
        all_sent = "SELECT id, organisation_id FROM photo_upload"
        sent = {key for key, of in session.execute(text(all_sent)) if role in READS_ALL or of in own}
    assert bool(sent) is (role in (*READS_ALL, Acting.CONTRACTOR))
    with transaction(world.engine, Role.APP, world.people[role]) as session:
        assert seen(session, "photo_upload") == sent


def test_a_photo_is_kept_shown_masked_and_released_within_the_rows_of_its_people(world: World, tmp_path: Path) -> None:
    media, inspector, engineer = MediaFolder(tmp_path), world.people[Acting.INSPECTOR], world.people[Acting.ENGINEER]
    content = written(asphalt(7, 400, 300))
    builder, stranger = world.people[Acting.CONTRACTOR], person("stranger", Acting.ENGINEER, 999_999)
    with transaction(world.engine, Role.JOBS) as session:
        asked = "SELECT defect_id, state FROM claim_line WHERE contract_id = :contract"
        lines = {state: defect for defect, state in session.execute(text(asked), {"contract": world.contracts[0]})}
    with world.undone() as connection:
        for state in ("drafted", "issued"):
            shown = AttachPhoto(0, Subject(PhotoSubject.DEFECT, lines[state]))
            with transaction(connection, Role.APP, inspector) as session:
                photo = keep_photo(session, inspector, KeepPhoto(content), media=media).photo
                assert keep_photo(session, inspector, KeepPhoto(content), media=media).photo == photo
            with transaction(connection, Role.APP, engineer) as session:
                assert photo.id in seen(session, "photo")  # of a colleague
            with transaction(connection, Role.APP, builder) as session:
                assert (photo.id in seen(session, "photo"), evidence_of(session, shown.subject)) == (False, [])
            with transaction(connection, Role.APP, inspector) as session:
                attach_photo(session, inspector, replace(shown, photo_id=photo.id), today=TODAY)
            with transaction(connection, Role.APP, builder) as session:
                assert len(evidence_of(session, shown.subject)) == (1 if state == "issued" else 0)
            with transaction(connection, Role.APP, world.people[Acting.SUPERVISOR]) as session:
                assert len(evidence_of(session, shown.subject)) == 1
            with transaction(connection, Role.APP, stranger) as session:
                assert seen(session, "photo") | seen(session, "photo_use") == set()
        mask = MaskPhoto(photo.id, [Mask(Region(0, 0, 0.5, 0.5), MaskKind.FACE)])
        with transaction(connection, Role.APP, engineer) as session:
            mask_photo(session, engineer, mask, media=media, today=TODAY)
            mask_photo(session, engineer, replace(mask, masks=[]), media=media, today=TODAY)
            assert release_photo(session, engineer, ReleasePhoto(photo.id), today=TODAY).released_on == TODAY
        with transaction(connection, Role.APP, stranger) as session, pytest.raises(NotFound):
            release_photo(session, stranger, ReleasePhoto(photo.id), today=TODAY)


def test_where_a_photo_was_used_is_told_though_the_claim_is_somebody_elses(world: World, tmp_path: Path) -> None:
    media, builder, content = MediaFolder(tmp_path), world.people[Acting.CONTRACTOR], written(asphalt(8, 400, 300))
    with world.undone() as connection:
        with transaction(connection, Role.JOBS) as session:
            asked = "SELECT c.contractor_id, l.id FROM claim_line l JOIN claim c ON c.id = l.claim_id WHERE "
            owed = asked + "l.state = 'issued' AND l.contract_id = :id"
            (their_id, theirs), (_, ours) = (
                session.execute(text(owed), {"id": contract}).one() for contract in reversed(world.contracts)
            )
        other = person("builder-2", Acting.CONTRACTOR, their_id)
        with transaction(connection, Role.APP, other) as session:
            sent = keep_photo(session, other, KeepPhoto(content), media=media).photo
            report_repair(session, other, ReportRepair(theirs, [sent.id]), today=TODAY)
        darker = written(asphalt(8, 400, 300), quality=30)
        for again in (content, darker):
            with transaction(connection, Role.APP, builder) as session:
                photo = keep_photo(session, builder, KeepPhoto(again), media=media).photo
                with pytest.raises(PhotoUsedBefore) as refused, session.begin_nested():
                    report_repair(session, builder, ReportRepair(ours, [photo.id]), today=TODAY)
                assert refused.value.params["day"] == TODAY
        with transaction(connection, Role.APP, builder) as session:
            mine = keep_photo(session, builder, KeepPhoto(written(asphalt(9, 400, 300))), media=media).photo
            assert report_repair(session, builder, ReportRepair(ours, [mine.id]), today=TODAY) == "repaired"


def test_the_public_still_reads_what_is_public(world: World) -> None:
    with transaction(world.engine, Role.PUBLIC) as session:
        for table in ("ladder_step", "recurrence", "lost_warranty", "planned_inspection"):
            assert seen(session, table) == world.keys(table, *world.contracts)
        for view in ("public_claim", "public_claim_line", "public_claim_event", "public_inspection"):
            assert session.scalar(text(f"SELECT count(*) FROM {view}")), view


@pytest.mark.parametrize("role", [Role.JOBS, Role.PUBLIC])
def test_jobs_and_the_public_know_nothing_of_accounts(world: World, role: Role) -> None:
    for table in ACCOUNTS:
        with refused(), transaction(world.engine, role) as session:
            session.execute(text(f"SELECT FROM {table}"))


def test_the_letterbox_sees_what_lies_in_it_and_nobody_else_sees_who_put_it_there(world: World) -> None:
    for table in ("claim", "claim_line", "repair", "defect", "inspection", "reopen_request", "user_account"):
        with refused(), transaction(world.engine, Role.CITIZENS) as session:
            session.execute(text(f"SELECT FROM {table}"))
    for table in LETTERBOX:
        for who in (Acting.ENGINEER, Acting.ADMINISTRATOR):
            with refused(), transaction(world.engine, Role.APP, world.people[who]) as session:
                session.execute(text(f"SELECT FROM {table}"))
        with refused(), transaction(world.engine, Role.PUBLIC) as session:
            session.execute(text(f"SELECT FROM {table}"))
    with transaction(world.engine, Role.CITIZENS) as session:
        assert seen(session, "photo") == set()
        assert seen(session, "report") == world.keys("report", *world.contracts)
    for table in FOLLOWERS:
        for role in (Role.CITIZENS, Role.PUBLIC, Role.ACCOUNTS):
            with refused(), transaction(world.engine, role) as session:
                session.execute(text(f"SELECT FROM {table}"))
        with refused(), transaction(world.engine, Role.APP, world.people[Acting.ADMINISTRATOR]) as session:
            session.execute(text(f"SELECT FROM {table}"))
    for words in ("UPDATE report SET state = state", "DELETE FROM report", "UPDATE photo SET released_on = NULL"):
        with refused(), transaction(world.engine, Role.CITIZENS) as session:
            session.execute(text(words))


@pytest.mark.parametrize("role", Acting)
def test_a_report_is_decided_in_ones_own_name_by_whose_road_it_is(world: World, role: Acting) -> None:
    me = world.people[role]
    change = text(
        "UPDATE report SET state = 'rejected', reason = 'spam', decided_on = :day, decided_by = :by,"
        " decided_organisation_id = :of WHERE contract_id = ANY (:contracts) RETURNING contract_id"
    )
    said = {"day": TODAY, "by": me.name, "of": me.organisation_id, "contracts": list(world.contracts)}
    may = role in (Acting.INSPECTOR, Acting.ENGINEER)
    with world.undone() as connection, transaction(connection, Role.APP, me) as session:
        assert session.scalars(change, said).all() == ([world.contracts[0]] if may else [])
    if may:
        with refused(), transaction(world.engine, Role.APP, me) as session:
            session.execute(change, {**said, "by": "somebody-else"})


def test_a_report_that_no_contract_answers_for_waits_for_whoever_records_defects_in_its_region(world: World) -> None:
    everywhere = world.people[Acting.ENGINEER]
    of = everywhere.organisation_id or 0
    with world.undone() as connection:
        with transaction(connection, Role.JOBS) as session:
            added = text(
                "INSERT INTO report (code, lon, lat, carriageway_id, at_cm, seen_on, reported_at, language, channel)"
                " SELECT 'ZZZZZZZZZZ', 70, 50, min(id), 1, :day, now(), 'kk', 'page' FROM carriageway RETURNING id"
            )
            number = session.scalars(added, {"day": TODAY}).one()
        for kato, is_seen in ((None, True), ("11", True), ("75", False)):
            engineer = person("engineer-1", Acting.ENGINEER, of, kato=kato)
            with transaction(connection, Role.APP, engineer) as session:
                assert (number in seen(session, "report")) is is_seen
        with transaction(connection, Role.APP, world.people[Acting.CONTRACTOR]) as session:
            assert seen(session, "report") == set()


def test_the_door_knows_nothing_but_accounts(world: World) -> None:
    for table in (*OF_CONTRACT, *OF_SENDERS, "inspected_stretch", "contract", "defect"):
        with refused(), transaction(world.engine, Role.ACCOUNTS) as session:
            session.execute(text(f"SELECT FROM {table}"))


def test_every_table_with_a_policy_is_tested_here(world: World) -> None:
    with world.engine.connect() as connection:
        held = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity")))
    known = {*OF_CONTRACT, *OF_SENDERS, *ACCOUNTS, *RECORDED, *OUTBOX, *LETTERBOX, *FOLLOWERS}
    assert held == {*known, "inspected_stretch", "kept_answer"}


def test_the_policies_ask_for_a_contract_by_its_key_and_for_the_actor_once(world: World) -> None:
    with transaction(world.engine, Role.APP, world.people[Acting.ENGINEER]) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(session.scalars(text("EXPLAIN SELECT * FROM claim_line WHERE id = 1")))
    assert "contract_pkey" in plan
    assert "InitPlan" in plan
    assert "Seq Scan" not in plan


RECORD = (
    "INSERT INTO defect (source, external_id, geom, detected_on, element, organisation_id)"
    " VALUES ('field', :id, ST_Point(70, 50, 4326), :day, 'pavement', :of) RETURNING id"
)
TELL = (
    "INSERT INTO defect_event (defect_id, action, person, organisation_id, role, happened_on)"
    " SELECT min(id), 'record', :person, :of, :role, :day FROM defect"
)


@pytest.mark.parametrize("role", Acting)
def test_defects_are_recorded_by_inspectors_and_engineers_in_their_own_name(world: World, role: Acting) -> None:
    me = world.people[role]
    values = {"id": "1", "day": TODAY, "of": me.organisation_id}
    told = {"person": me.name, "of": me.organisation_id, "role": me.role, "day": TODAY}
    if role in (Acting.INSPECTOR, Acting.ENGINEER):
        with world.undone() as connection, transaction(connection, Role.APP, me) as session:
            assert session.scalar(text(RECORD), values)
            session.execute(text(TELL), told)
        wrongs = [{**told, "person": "somebody-else"}, {**told, "of": 1 + (me.organisation_id or 0)}]
        wrongs.append({**told, "role": "auditor"})
        for wrong in wrongs:
            with refused(), transaction(world.engine, Role.APP, me) as session:
                session.execute(text(TELL), wrong)
        values["of"] = 1 + (me.organisation_id or 0)
    with refused(), transaction(world.engine, Role.APP, me) as session:
        session.execute(text(RECORD), values)


@pytest.mark.parametrize("role", Acting)
def test_defects_of_others_are_not_corrected(world: World, role: Acting) -> None:
    """What falls to a contract is corrected by its engineers; what nobody recorded in person, by nobody else."""
    with transaction(world.engine, Role.JOBS) as session:
        own, others = (
            session.scalars(text("SELECT min(defect_id) FROM claim_line WHERE contract_id = :id"), {"id": id_}).one()
            for id_ in world.contracts
        )
    change = text("UPDATE defect SET withdrawn_on = :day, withdrawn_reason = 'x' WHERE id = :id RETURNING id")
    for defect, may in ((own, role is Acting.ENGINEER), (others, False)):
        values = {"id": defect, "day": TODAY}
        with world.undone() as connection, transaction(connection, Role.APP, world.people[role]) as session:
            if may:
                assert session.scalar(change, values) == defect
            elif role in (Acting.INSPECTOR, Acting.ENGINEER):
                with refused():
                    session.execute(change, values)
            else:
                assert session.scalar(change, values) is None


def test_nobody_takes_a_defect_over_or_moves_it(world: World) -> None:
    for column in ("organisation_id = 1", "geom = geom", "source = 'mine'", "detected_on = detected_on"):
        with refused(), transaction(world.engine, Role.APP, world.people[Acting.ENGINEER]) as session:
            session.execute(text(f"UPDATE defect SET {column}"))


def test_answers_are_kept_for_those_who_asked(world: World) -> None:
    with transaction(world.engine, None) as session:
        for number in (1, 2):
            session.execute(
                text(
                    "INSERT INTO user_account (login, code, language, valid_from, created_at)"
                    " VALUES (:login, :code, 'en', now(), now())"
                ),
                {"login": f"asker-{number}@example.kz", "code": f"asker-{number}"},
            )
        asked = "SELECT id FROM user_account WHERE code LIKE 'asker-%' ORDER BY id"
        mine, other = session.scalars(text(asked)).all()
    keep = text(
        "INSERT INTO kept_answer (user_id, key, route, content_hash, created_at)"
        " VALUES (:user, gen_random_uuid(), 'x', repeat('0', 64), now())"
    )
    me = person("asker-1", Acting.AUDITOR, 1, user_id=mine)
    with transaction(world.engine, None) as session:
        session.execute(keep, {"user": other})
    with transaction(world.engine, Role.APP, me) as session:
        session.execute(keep, {"user": mine})
        assert session.scalars(text("SELECT user_id FROM kept_answer")).all() == [mine]
    with refused(), transaction(world.engine, Role.APP, me) as session:
        session.execute(keep, {"user": other})


def test_to_whom_a_repair_was_offered_sees_its_line_and_may_judge_it_and_nothing_else(world: World) -> None:
    with world.undone() as connection:
        with transaction(connection, Role.JOBS) as session:
            centre = make_organisation(session)
            line = session.scalars(text("SELECT line_id FROM repair JOIN claim_line l ON l.id = line_id")).first()
        verifier = person("verifier-1", Acting.ENGINEER, centre.id)
        with transaction(connection, Role.APP, verifier) as session:
            assert seen(session, "claim_line") == seen(session, "claim") == seen(session, "repair") == set()
        with transaction(connection, Role.JOBS) as session:
            session.execute(
                text(
                    "INSERT INTO verification_offer (repair_id, organisation_id, offered_by, offered_on)"
                    " SELECT id, :centre, 'engineer-1', :day FROM repair WHERE line_id = :line"
                ),
                {"centre": centre.id, "line": line, "day": TODAY},
            )
        with transaction(connection, Role.APP, verifier) as session:
            assert seen(session, "claim_line") == {line}
            assert len(seen(session, "claim")) == len(seen(session, "repair")) == 1
            told = session.scalars(text("SELECT DISTINCT line_id FROM claim_event")).all()
            assert set(told) <= {line, None}
        with transaction(connection, Role.APP, verifier) as session:
            with refused(), session.begin_nested():
                session.execute(text("UPDATE claim_line SET state = 'withdrawn'"))
            assert verify(session, verifier, VerifyRepair(line or 0), today=TODAY) == "verified"
        for role in (Acting.INSPECTOR, Acting.SUPERVISOR, Acting.CONTRACTOR):
            other = person("other-1", role, centre.id)
            with transaction(connection, Role.APP, other) as session:
                assert seen(session, "claim_line") == set()


def test_of_the_outbox_contractors_see_their_own_and_only_administrators_all(world: World) -> None:
    with transaction(world.engine, Role.JOBS) as session:
        own, others = (
            set(session.scalars(text(f"SELECT id FROM notice WHERE organisation_id {sign} :me"), {"me": me}))
            for me in [world.people[Acting.CONTRACTOR].organisation_id]
            for sign in ("=", "<>")
        )
    assert own
    assert others
    for role, expected in ((Acting.CONTRACTOR, own), (Acting.ADMINISTRATOR, own | others)):
        with transaction(world.engine, Role.APP, world.people[role]) as session:
            assert seen(session, "notice") == expected
    with transaction(world.engine, Role.APP) as session:
        assert seen(session, "notice") == set()


def test_only_administrators_change_the_outbox_and_say_who_is_written_to(world: World) -> None:
    engineer = world.people[Acting.ENGINEER]
    with transaction(world.engine, Role.APP, engineer) as session:
        assert session.execute(text("UPDATE notice SET state = 'waiting' RETURNING id")).all() == []
    added = (
        (
            "INSERT INTO organisation_address (organisation_id, email, language, stated_by)"
            " VALUES (:me, 'a@b.kz', 'kk', 'x')"
        ),
        "INSERT INTO webhook (organisation_id, url, secret, stated_by) VALUES (:me, 'https://b.kz', 'x', 'x')",
    )
    for words in added:
        with refused(), transaction(world.engine, Role.APP, engineer) as session:
            session.execute(text(words), {"me": engineer.organisation_id})


def test_the_application_leaves_marks_by_what_it_does_and_reads_none(world: World) -> None:
    for words in ("SELECT FROM untold", "INSERT INTO untold (claim_id, event_id) SELECT claim_id, id FROM claim_event"):
        with refused(), transaction(world.engine, Role.APP, world.people[Acting.ENGINEER]) as session:
            session.execute(text(words))
