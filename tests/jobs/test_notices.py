"""Who is told what, by whom it is sent, and what becomes of it: on a real mail server that answers as a test says."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from jobs.notices import DeliverNotices
from jobs.runner import SCHEDULER
from jobs.sending import Sending
from jobs.tasks import Piece
from roads.db import Role, transaction
from roads.domain.actors import OPERATOR, person
from roads.domain.actors import Role as Acting
from roads.domain.claims import Action
from roads.domain.errors import NotFound
from roads.domain.notices import LEASE, MOST_ATTEMPTS, NoticeKind
from roads.usecases.accounts_reset import ResetLetter
from roads.usecases.claims_drafting import IssueClaim, issue_claim
from roads.usecases.letters import Prescribe, prescribe
from roads.usecases.notices import Take, mail_reset, record_bounce, take_notices, try_again
from roads.usecases.webhooks import MakeWebhook, StateAddress, make_webhook, state_address
from tests.claims import TODAY
from tests.factories import make_organisation
from tests.letters import Desk, add_person, address, make_desk
from tests.mail import Sink, is_signed, pdfs_of, smtp_sink, text_of, webhook_receiver


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as server:
        yield server


@pytest.fixture
def desk(database: Engine, sink: Sink) -> Desk:
    return make_desk(database, sink.url)


def subjects(sink: Sink) -> list[tuple[str, str]]:
    return sorted((recipients[0], str(mail["Subject"])) for _, recipients, mail in sink.mails)


# --- who is told what


def test_an_issued_claim_goes_to_the_contractor_and_for_information_to_supervision(desk: Desk, sink: Sink) -> None:
    claim = desk.issue(1000, 3000)
    desk.write()
    desk.deliver()
    (number,) = desk.rows("SELECT number FROM claim WHERE id = :id", id=claim)[0]
    assert subjects(sink) == [
        (address("builder"), f"Претензия {number}: направлена претензия"),
        (address("supervisor"), f"For information: Claim {number}: claim issued"),
    ]
    (mail,) = sink.to(address("builder"))
    (pdf,) = pdfs_of(mail)
    kept = desk.rows("SELECT pdf, sha256 FROM letter_document WHERE language = 'ru'")[0]
    assert (kept.pdf, kept.sha256) == (pdf, sha256(pdf).hexdigest())
    assert kept.sha256 in text_of(mail)


def test_nothing_is_told_before_the_transaction_is_kept(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        desk.scene_in(session).issued(1000)
        assert session.scalar(text("SELECT count(*) FROM untold")) == 1
        session.rollback()
    assert desk.rows("SELECT FROM untold") == []


def test_whoever_acts_through_the_application_leaves_a_mark_too(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        scene = desk.scene_in(session)
        scene.defect(1000)
        scene.draft()
    assert desk.rows("SELECT FROM untold") == []
    engineer = person("engineer-1", Acting.ENGINEER, desk.scene.customer.id, user_id=2)
    with transaction(desk.engine, Role.APP, engineer) as session:
        (draft,) = session.scalars(text("SELECT id FROM claim")).all()
        issue_claim(session, engineer, IssueClaim(draft), today=TODAY)
    assert len(desk.rows("SELECT FROM untold")) == 1
    desk.write()
    assert desk.rows("SELECT FROM untold") == []
    assert [row.kind for row in desk.rows("SELECT kind FROM letter")] == ["claim_issued"]


TOLD = {
    Action.DISPUTE: ("disputed", ["engineer"]),
    Action.ASK_JOINT_VISIT: ("joint_visit_asked", ["engineer"]),
    Action.WITHDRAW: ("withdrawn", ["builder", "supervisor"]),
    Action.REPORT_REPAIR: ("repair_reported", ["engineer"]),
    Action.DO_BY_OTHERS: ("done_by_others", ["builder"]),
    Action.REFER_TO_COURT: ("in_court", ["builder"]),
    Action.CLOSE_WITHOUT_FIX: ("closed_unfixed", ["builder"]),
}


def told(desk: Desk) -> list[tuple[str, list[str]]]:
    rows = desk.rows(
        "SELECT l.id, l.kind, array_agg(n.address ORDER BY n.address) AS addresses FROM letter l"
        " JOIN notice n ON n.letter_id = l.id WHERE l.kind <> 'claim_issued' GROUP BY l.id ORDER BY l.id"
    )
    return [(row.kind, [one.partition("@")[0] for one in row.addresses]) for row in rows]


@pytest.mark.parametrize("action", TOLD)
def test_what_is_done_to_a_line_is_told_to_those_concerned(desk: Desk, action: Action) -> None:
    claim = desk.issue()
    with transaction(desk.engine) as session:
        scene = desk.scene_in(session)
        line = scene.session.get_one(_line_class(), desk.lines(claim)[0])
        scene.does(line, action)
    desk.write()
    assert told(desk) == [TOLD[action]]


def _line_class() -> Any:
    from roads.models import ClaimLine

    return ClaimLine


def test_verdicts_on_disputes_and_repairs_reach_the_contractor(desk: Desk) -> None:
    claim = desk.issue()
    with transaction(desk.engine) as session:
        line = session.get_one(_line_class(), desk.lines(claim)[0])
        steps = (
            Action.DISPUTE, Action.UPHOLD, Action.REPORT_REPAIR, Action.REJECT_REPAIR, Action.REPORT_REPAIR,
            Action.VERIFY, Action.REOPEN,
        )  # fmt: skip
        desk.scene_in(session).does(line, *steps)
    desk.write()
    kinds = [kind for kind, people in told(desk) if "builder" in people]
    assert kinds == ["dispute_upheld", "repair_rejected", "repair_verified", "reopened"]


def test_lines_of_one_deed_are_one_letter(desk: Desk) -> None:
    claim = desk.issue(1000, 3000, 5000)
    engineer = desk.scene.engineer
    with transaction(desk.engine) as session:
        prescribe(session, engineer, Prescribe(desk.lines(claim), "Оградить места"), today=TODAY)
    desk.write()
    assert told(desk) == [("prescription", ["builder", "supervisor"])]
    causes = desk.rows(
        "SELECT count(*) AS lines FROM letter_cause c JOIN letter l ON l.id = c.letter_id WHERE l.kind = 'prescription'"
    )
    assert causes[0].lines == 3


def test_a_change_since_the_claim_is_told_to_both_sides(desk: Desk) -> None:
    desk.issue(1000, 3000)
    desk.do(
        "INSERT INTO claim_event (claim_id, line_id, action, person, happened_on)"
        " SELECT claim_id, min(id), 'changed_since', 'scheduler', :on FROM claim_line GROUP BY claim_id",
        on=TODAY,
    )
    desk.write()
    assert told(desk) == [("changed_since", ["builder", "engineer"])]


def test_an_offer_to_verify_goes_to_that_organisation_alone(desk: Desk) -> None:
    claim = desk.issue(1000, 3000)
    with transaction(desk.engine) as session:
        others = [make_organisation(session).bin for _ in range(2)]
    for name, number in zip(("one", "two"), others, strict=True):
        add_person(desk.engine, name, Acting.ENGINEER, number)
    desk.do(
        "INSERT INTO claim_event (claim_id, line_id, action, person, evidence, happened_on)"
        " SELECT l.claim_id, l.id, 'offer_verification', 'engineer-1', jsonb_build_object('bin', o.bin), :on"
        " FROM unnest(CAST(:lines AS integer[]), CAST(:bins AS text[])) o (line, bin)"
        " JOIN claim_line l ON l.id = o.line",
        on=TODAY,
        lines=list(desk.lines(claim)),
        bins=others,
    )
    desk.write()
    assert told(desk) == [("verification_offered", ["one"]), ("verification_offered", ["two"])]


def test_a_taken_back_draft_is_told_to_nobody(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        scene = desk.scene_in(session)
        defect = scene.defect(1000)
        scene.draft()
        scene.does(scene.line_of(defect), Action.WITHDRAW)
    desk.write()
    assert desk.rows("SELECT FROM letter") == []


def test_writing_again_writes_nothing_again(desk: Desk) -> None:
    desk.issue()
    desk.write()
    before = desk.rows("SELECT id, token FROM notice ORDER BY id")
    desk.write()
    assert desk.rows("SELECT id, token FROM notice ORDER BY id") == before


def test_an_event_is_told_of_in_no_second_letter(desk: Desk) -> None:
    desk.issue()
    desk.write()
    with pytest.raises(IntegrityError):
        desk.do("INSERT INTO letter_cause (letter_id, event_id) SELECT letter_id, event_id FROM letter_cause LIMIT 1")


def test_what_was_sent_is_never_written_anew(desk: Desk) -> None:
    desk.issue()
    desk.write()
    for words in (
        "UPDATE letter_document SET pdf = 'x'",
        "DELETE FROM letter_cause",
        "UPDATE letter SET kind = 'overdue'",
    ):
        with pytest.raises(DBAPIError):
            desk.do(words)


def test_an_organisation_has_an_address_of_its_own_beside_its_people(desk: Desk, sink: Sink) -> None:
    with transaction(desk.engine, Role.OWNER) as session:
        state_address(session, OPERATOR, StateAddress(desk.scene.contractor.bin, "Office@Builder.KZ", "kk"))
    desk.issue()
    desk.write()
    desk.deliver()
    assert {recipient for recipient, _ in subjects(sink)} >= {address("builder"), "office@builder.kz"}


def test_nobody_with_an_address_is_seen_and_whoever_joins_soon_is_still_told(database: Engine, sink: Sink) -> None:
    desk = make_desk(database, sink.url, people=["engineer"])
    desk.issue()
    desk.write()
    desk.deliver()
    assert (desk.states(), sink.mails) == (["unaddressed", "unaddressed"], [])
    assert [row.language for row in desk.rows("SELECT language FROM letter_document")] == ["kk"]
    add_person(database, "late", Acting.CONTRACTOR, desk.scene.contractor.bin)
    desk.write(TODAY + timedelta(days=20))
    desk.deliver(TODAY + timedelta(days=20))
    assert [recipient for recipient, _ in subjects(sink)] == [address("late")]


def test_whoever_joins_a_season_later_is_not_told_old_news(database: Engine, sink: Sink) -> None:
    desk = make_desk(database, sink.url, people=[])
    desk.issue()
    desk.write()
    add_person(database, "late", Acting.CONTRACTOR, desk.scene.contractor.bin)
    desk.write(TODAY + timedelta(days=40))
    assert set(desk.states()) == {"unaddressed"}


def test_somebody_whose_account_is_closed_is_written_to_no_more(desk: Desk) -> None:
    desk.do("UPDATE user_account SET is_active = false WHERE login = :login", login=address("builder"))
    desk.issue()
    desk.write()
    assert desk.rows("SELECT FROM notice WHERE address = :to", to=address("builder")) == []


# --- what becomes of a mail


def test_delivery_to_the_contractor_is_proved_on_the_claim(desk: Desk) -> None:
    claim = desk.issue()
    desk.write()
    desk.deliver()
    (event,) = desk.rows("SELECT person, evidence FROM claim_event WHERE action = 'deliver'")
    (sent,) = desk.rows("SELECT token, document_sha256 FROM notice WHERE address = :to", to=address("builder"))
    assert event.person == "postman"
    assert sent.token in event.evidence["proof"]
    assert sent.document_sha256 in event.evidence["proof"]
    assert desk.rows("SELECT delivered_on FROM claim WHERE id = :id", id=claim)[0].delivered_on == TODAY
    attempts = desk.rows("SELECT outcome, reply FROM notice_attempt ORDER BY id")
    assert [(row.outcome, row.reply.split(" as ")[0]) for row in attempts] == [("sent", "2.0.0 kept")] * 2


def test_a_server_that_is_busy_is_asked_again_after_growing_pauses(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    sink.at_data = lambda _: "451 4.3.0 later"
    pauses = []
    for _ in range(4):
        desk.deliver()
        (row,) = desk.rows("SELECT max(next_try_at) - :now AS pause FROM notice", now=desk.clock.now)
        pauses.append(row.pause)
        desk.deliver()  # too early: nothing happens
        desk.clock.now += row.pause
    assert pauses == [timedelta(minutes=one) for one in (1, 2, 4, 8)]
    assert Counter(row.outcome for row in desk.rows("SELECT outcome FROM notice_attempt")) == {"later": 8}
    sink.at_data = lambda _: "250 OK"
    desk.deliver()
    assert desk.states() == ["sent", "sent"]


def test_a_mail_nobody_ever_takes_is_given_up_and_seen(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    desk.do("UPDATE notice SET attempts = :attempts", attempts=MOST_ATTEMPTS - 1)
    sink.at_data = lambda _: "451 later"
    desk.deliver()
    assert desk.states() == ["given_up", "given_up"]


def test_an_address_that_does_not_exist_bounces_and_the_others_get_theirs(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    sink.at_recipient = lambda to: "550 5.1.1 no such user" if to == address("builder") else "250 OK"
    desk.deliver()
    (row,) = desk.rows("SELECT state, reply FROM notice WHERE address = :to", to=address("builder"))
    assert (row.state, row.reply) == ("bounced", "550 5.1.1 no such user")
    assert [recipient for recipient, _ in subjects(sink)] == [address("supervisor")]
    assert desk.rows("SELECT FROM claim_event WHERE action = 'deliver'") == []


def test_a_server_that_drops_the_line_is_called_again_and_nothing_is_lost(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    dropped: list[str] = []

    def once(mail: EmailMessage) -> str | None:
        dropped.append(str(mail["To"]))
        return None if len(dropped) == 1 else "250 OK"

    sink.at_data = once
    desk.deliver()
    assert sorted(desk.states()) == ["sent", "waiting"]
    desk.clock.pass_by(minutes=2)
    desk.deliver()
    assert desk.states() == ["sent", "sent"]
    assert len(set(sink.ids)) == len(sink.ids) == 2


def test_no_server_at_all_loses_nothing(desk: Desk) -> None:
    real, desk.smtp_url = desk.smtp_url, "smtp://127.0.0.1:9"
    desk.issue()
    desk.write()
    desk.deliver()
    assert desk.states() == ["waiting", "waiting"]
    desk.smtp_url = real
    desk.clock.pass_by(minutes=2)
    desk.deliver()
    assert desk.states() == ["sent", "sent"]


def test_without_a_server_set_mails_wait_untried(desk: Desk) -> None:
    desk.smtp_url = ""
    desk.issue()
    desk.write()
    desk.deliver()
    assert {row.attempts for row in desk.rows("SELECT attempts FROM notice")} == {0}


def test_killed_between_sending_and_writing_it_down_sends_once_more_with_the_same_message_id(
    desk: Desk, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone."""

    def die(*_: object) -> None:
        raise Killed

    desk.issue()
    desk.write()
    with monkeypatch.context() as patched:
        patched.setattr(Sending, "_keep", die)
        with pytest.raises(Killed):
            desk.deliver()
    assert len(sink.mails) == 1
    desk.clock.pass_by(minutes=5)
    desk.deliver()
    assert len(sink.mails) == 1  # whoever took it may still be at it
    desk.clock.now += LEASE
    desk.deliver()
    assert desk.states() == ["sent", "sent"]
    assert sorted(Counter(sink.ids).values()) == [1, 2]
    (twice,) = [one for one, times in Counter(sink.ids).items() if times == 2]
    first, again = [bytes(mail) for _, _, mail in sink.mails if mail["Message-ID"] == twice]
    assert first == again


def test_killed_before_the_first_word_sends_each_once(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    with transaction(desk.engine) as session:
        assert len(take_notices(session, SCHEDULER, Take(10), now=desk.clock.now)) == 2
    desk.clock.now += LEASE
    desk.deliver()
    assert (len(sink.mails), len(set(sink.ids))) == (2, 2)


def test_an_answer_that_comes_after_another_sender_took_over_changes_nothing(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    delivery, lines = desk.delivery(), {}  # type: ignore[var-annotated]
    with transaction(desk.engine) as session:
        slow = take_notices(session, SCHEDULER, Take(1), now=desk.clock.now)
    desk.clock.now += LEASE
    desk.deliver()
    sink.at_data = lambda _: "451 later"
    asyncio.run(Sending(delivery, desk.engine, SCHEDULER, TODAY, lines).send(slow))
    assert desk.states() == ["sent", "sent"]


def test_two_who_deliver_at_once_send_each_mail_once(desk: Desk, sink: Sink) -> None:
    for n in range(6):
        desk.issue(500 + 300 * n, today=TODAY + timedelta(days=n))
    desk.write()
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(desk.deliver) for _ in range(2)]:
            done.result()
    assert set(desk.states()) == {"sent"}
    assert (len(sink.ids), len(set(sink.ids))) == (12, 12)


def test_a_dry_run_sends_nothing(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    task: DeliverNotices = desk.delivery()
    with transaction(desk.engine) as session:
        assert task.work(session, SCHEDULER, Piece(task.waiting(session, TODAY)[0], TODAY))["taken"] == 2
        session.rollback()
    assert (sink.mails, desk.states()) == ([], ["waiting", "waiting"])


def test_a_bounce_that_comes_later_marks_its_notice(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    desk.deliver()
    (envelope,) = [sender for sender, to, _ in sink.mails if to == [address("builder")]]
    token = envelope.partition("+")[2].partition("@")[0]
    with transaction(desk.engine) as session:
        record_bounce(session, OPERATOR, token, "550 mailbox full", now=desk.clock.now)
    assert sorted(desk.states()) == ["bounced", "sent"]
    with pytest.raises(NotFound), transaction(desk.engine) as session:
        record_bounce(session, OPERATOR, "0" * 32, "", now=desk.clock.now)


def test_an_administrator_has_a_bounced_mail_sent_again(desk: Desk, sink: Sink) -> None:
    desk.issue()
    desk.write()
    sink.at_recipient = lambda _: "550 no"
    desk.deliver()
    sink.at_recipient = lambda _: "250 OK"
    administrator = person("administrator-1", Acting.ADMINISTRATOR, desk.scene.customer.id, user_id=9)
    with transaction(desk.engine, Role.APP, administrator) as session:
        for (notice,) in session.execute(text("SELECT id FROM notice")).all():
            try_again(session, administrator, notice, now=desk.clock.now)
    desk.deliver()
    assert desk.states() == ["sent", "sent"]
    with pytest.raises(NotFound), transaction(desk.engine, Role.APP, administrator) as session:
        try_again(session, administrator, 1, now=desk.clock.now)


# --- a new password


def test_a_link_to_a_new_password_is_mailed_and_wiped(desk: Desk, sink: Sink) -> None:
    with transaction(desk.engine, Role.ACCOUNTS) as session:
        mail_reset(session, ResetLetter(address("builder"), "kk", "the-secret"), now=desk.clock.now)
    desk.deliver()
    (mail,) = sink.to(address("builder"))
    assert "/kk/reset/the-secret" in text_of(mail)
    row = desk.rows("SELECT state, secret FROM notice")[0]
    assert (row.state, row.secret) == ("sent", None)


def test_a_link_that_opens_nothing_any_more_is_wiped_unsent(desk: Desk, sink: Sink) -> None:
    real, desk.smtp_url = desk.smtp_url, "smtp://127.0.0.1:9"
    with transaction(desk.engine, Role.ACCOUNTS) as session:
        mail_reset(session, ResetLetter(address("builder"), "kk", "the-secret"), now=desk.clock.now)
    desk.do("UPDATE notice SET created_at = :at", at=desk.clock.now)
    desk.deliver()
    desk.clock.pass_by(hours=2)
    desk.smtp_url = real
    desk.deliver()
    row = desk.rows("SELECT state, secret FROM notice")[0]
    assert (row.state, row.secret, sink.mails) == ("given_up", None, [])


@pytest.mark.parametrize("role", [Role.APP, Role.ACCOUNTS, Role.PUBLIC])
def test_only_who_sends_reads_what_opens_something(desk: Desk, role: Role) -> None:
    administrator = person("administrator-1", Acting.ADMINISTRATOR, desk.scene.customer.id, user_id=9)
    for words in ("SELECT secret FROM notice", "SELECT token FROM notice", "SELECT secret FROM webhook"):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            transaction(desk.engine, role, administrator) as session,
        ):
            session.execute(text(words))


# --- programs


def hook(desk: Desk, url: str, *kinds: NoticeKind) -> str:
    with transaction(desk.engine, Role.OWNER) as session:
        command = MakeWebhook(desk.scene.contractor.bin, url, kinds, may_be_local=True)
        return make_webhook(session, OPERATOR, command).secret


def test_a_program_is_told_signed_and_once(desk: Desk) -> None:
    with webhook_receiver() as receiver:
        secret = hook(desk, receiver.url)
        claim = desk.issue()
        desk.write()
        desk.deliver()
        desk.deliver()
    ((headers, body),) = receiver.calls
    assert is_signed(headers, body, secret)
    assert not is_signed(headers, body + b" ", secret)
    assert b'"type":"claim.claim_issued"' in body
    assert f'"claim_id":{claim},'.encode() in body
    assert b"example.kz" not in body.replace(b"zhol.example.kz", b"")


def test_a_program_that_is_down_is_called_again_with_the_same_id_and_another_signature(desk: Desk) -> None:
    with webhook_receiver() as receiver:
        receiver.status = 503
        secret = hook(desk, receiver.url)
        desk.issue()
        desk.write()
        desk.deliver()
        receiver.status = 200
        desk.clock.pass_by(minutes=1)
        desk.deliver()
    (first, body), (second, again) = receiver.calls
    assert first["webhook-id"] == second["webhook-id"]
    assert body == again
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert is_signed(second, again, secret)


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    with webhook_receiver() as other, webhook_receiver() as receiver:
        receiver.status, receiver.location = 307, other.url
        hook(desk, receiver.url)
        desk.issue()
        desk.write()
        desk.deliver()
        assert (len(receiver.calls), len(other.calls)) == (1, 0)
    assert "waiting" in desk.states()


def test_a_program_in_our_own_network_is_not_called(desk: Desk) -> None:
    with webhook_receiver() as receiver:
        hook(desk, receiver.url)
        desk.to_private = False
        desk.issue()
        desk.write()
        desk.deliver()
        assert receiver.calls == []
    (row,) = desk.rows("SELECT state, reply FROM notice WHERE channel = 'webhook'")
    assert (row.state, row.reply) == ("waiting", "NotReachable: an https address is needed")


def test_a_program_hears_only_of_the_kinds_it_asked_for(desk: Desk) -> None:
    with webhook_receiver() as receiver:
        hook(desk, receiver.url, NoticeKind.OVERDUE)
        desk.issue()
        desk.write()
        desk.deliver()
        assert receiver.calls == []


def test_a_program_that_fails_for_days_is_switched_off_and_administrators_are_told(desk: Desk, sink: Sink) -> None:
    add_person(desk.engine, "chief", Acting.ADMINISTRATOR, desk.scene.customer.bin, "en")
    with webhook_receiver() as receiver:
        receiver.status = 500
        hook(desk, receiver.url)
        desk.issue()
        desk.write()
        desk.deliver()
        desk.clock.pass_by(days=5, minutes=1)
        desk.deliver()
        desk.clock.pass_by(hours=7)
        desk.deliver()
        assert len(receiver.calls) == 2
        (mail,) = sink.to(address("chief"))
        assert receiver.url in text_of(mail)
    (row,) = desk.rows("SELECT is_active, disabled_at FROM webhook")
    assert (row.is_active, row.disabled_at is not None) == (False, True)
