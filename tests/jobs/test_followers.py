"""Who follows what is told of it once, in one mail, and never of anything else; whoever goes is forgotten."""

from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from jobs.notices import TellFollowers
from jobs.runner import SCHEDULER
from roads.db import Role, transaction
from roads.domain.claims import Action
from roads.domain.errors import NotFound
from roads.domain.notices import BadAddress
from roads.domain.subscriptions import Followed, Frequency, News, NewsKind, NothingFollowed
from roads.models import ClaimLine
from roads.sql import source
from roads.usecases.notices import record_bounce
from roads.usecases.subscriptions import Follow, confirm, end_subscription, follow, subscription_of
from tests.claims import TODAY
from tests.factories import make_organisation, make_road, point_beside
from tests.letters import Desk, make_desk
from tests.mail import Sink, smtp_sink, text_of
from tests.status import refresh

ALMATY = ZoneInfo("Asia/Almaty")
READER = "reader@example.kz"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as server:
        yield server


@pytest.fixture
def desk(database: Engine, sink: Sink) -> Desk:
    return make_desk(database, sink.url, people=())


def ask(desk: Desk, what: Followed, *, email: str = READER, frequency: Frequency = Frequency.AT_ONCE) -> str:
    """Asked for; gives the key that only the mail tells."""
    with transaction(desk.engine, Role.CITIZENS) as session:
        follow(session, Follow(email, "en", frequency, what), now=desk.clock.now)
    return str(desk.rows("SELECT key FROM subscription ORDER BY id DESC LIMIT 1")[0].key)


def followed(desk: Desk, what: Followed, **more: Frequency | str) -> str:
    """Asked for and confirmed."""
    key = ask(desk, what, **more)  # type: ignore[arg-type]
    with transaction(desk.engine, Role.CITIZENS) as session:
        confirm(session, key, now=desk.clock.now)
    return key


def tell(desk: Desk, today: date = TODAY) -> None:
    """What happened is worked out, told and sent."""
    with transaction(desk.engine) as session:
        refresh(session, today)
    desk._run(TellFollowers(ALMATY, desk.clock), today)
    desk.deliver(today)


def news_to(sink: Sink, email: str = READER) -> list[EmailMessage]:
    return [mail for mail in sink.to(email) if mail["X-Notice-Kind"] == "subscription_news"]


def test_a_follower_is_asked_then_told_each_thing_once_and_then_forgotten(desk: Desk, sink: Sink) -> None:
    road = desk.rows("SELECT road_id FROM carriageway LIMIT 1")[0].road_id
    key = ask(desk, Followed(road_id=road))
    claim = desk.issue(1000)
    tell(desk)
    (question,) = sink.to(READER)
    assert key in text_of(question)
    assert not news_to(sink), "nothing is sent before somebody says that they want it"
    with transaction(desk.engine, Role.CITIZENS) as session:
        confirm(session, key, now=desk.clock.now)
    tell(desk)
    tell(desk)
    (news,) = news_to(sink)
    assert "New defect" in text_of(news)
    assert "Claim issued" in text_of(news)
    assert news["Subject"] == "2 pieces of news of the roads you follow"
    assert news["List-Unsubscribe"].endswith(f"/unsubscribe/{key}>")
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with transaction(desk.engine) as session:
        desk.scene_in(session).does(
            session.get_one(ClaimLine, desk.lines(claim)[0]), Action.REPORT_REPAIR, Action.VERIFY
        )
    tell(desk)
    assert "Contractor says it is mended" in text_of(news_to(sink)[1])
    assert "Repair verified" in text_of(news_to(sink)[1])
    with transaction(desk.engine, Role.CITIZENS) as session:
        assert end_subscription(session, key)
        assert not end_subscription(session, key)
    desk.issue(3000)
    tell(desk)
    assert len(news_to(sink)) == 2
    for table in ("subscription", "subscription_told"):
        assert not desk.rows(f"SELECT FROM {table}")
    assert not desk.rows("SELECT FROM notice WHERE address = :email", email=READER)


def test_what_lies_within_is_told_and_what_lies_beyond_is_not(desk: Desk, sink: Sink) -> None:
    lon, lat = point_beside(1000)
    far_lon, far_lat = point_beside(1000, 600)
    square = "POLYGON((70.005 49.99, 70.005 50.01, 70.02 50.01, 70.02 49.99, 70.005 49.99))"
    with transaction(desk.engine) as session:
        other_road = make_road(session, reference="KAZ77").id
        other = make_organisation(session).id
    scene = desk.scene
    whole = {
        "near": Followed(around=(lon, lat), within_m=100),
        "edge": Followed(around=(far_lon, far_lat), within_m=601),
        "short": Followed(around=(far_lon, far_lat), within_m=597),
        "inside": Followed(area=square),
        "outside": Followed(area="POLYGON((71 50, 71 50.1, 71.1 50.1, 71 50))"),
        "contractor": Followed(contractor_id=scene.contractor.id),
        "other": Followed(contractor_id=other),
        "road": Followed(road_id=other_road),
    }
    for name, what in whole.items():
        followed(desk, what, email=f"{name}@example.kz")
    desk.issue(1000)
    tell(desk)
    told = {name for name in whole if news_to(sink, f"{name}@example.kz")}
    assert told == {"near", "edge", "inside", "contractor"}


def test_once_a_week_is_on_monday_morning(desk: Desk, sink: Sink) -> None:
    road = desk.rows("SELECT road_id FROM carriageway LIMIT 1")[0].road_id
    followed(desk, Followed(road_id=road), frequency=Frequency.WEEKLY)
    sent = []
    for day in range(16):
        today = TODAY + timedelta(days=day)
        if day in (1, 3, 9):
            desk.issue(1000 + 500 * day, today=today)
        # 02:59 and 03:01 in UTC are a minute before and after eight in Almaty, then at UTC+5.
        for minutes in (2 * 60 + 59, 3 * 60 + 1):
            desk.clock.now = desk.clock.now.replace(hour=0, minute=0)
            desk.clock.now = desk.clock.now.replace(
                year=today.year, month=today.month, day=today.day, hour=minutes // 60, minute=minutes % 60
            )
            before = len(news_to(sink))
            tell(desk, today)
            sent += [(day, minutes)] * (len(news_to(sink)) - before)
    assert sent == [(7, 181), (14, 181)]


def test_who_does_not_confirm_and_whose_mail_comes_back_is_forgotten(desk: Desk, sink: Sink) -> None:
    road = desk.rows("SELECT road_id FROM carriageway LIMIT 1")[0].road_id
    ask(desk, Followed(road_id=road))
    followed(desk, Followed(road_id=road), email="gone@example.kz")
    desk.issue(1000)
    tell(desk)
    (mail,) = news_to(sink, "gone@example.kz")
    token = str(mail["Message-ID"]).strip("<>").partition("@")[0]
    with transaction(desk.engine) as session:
        record_bounce(session, SCHEDULER, token, "550 no such user <Gone@example.kz>", now=desk.clock.now)
    desk.clock.pass_by(hours=49)
    tell(desk)
    assert not desk.rows("SELECT FROM subscription")
    assert not desk.rows("SELECT FROM notice WHERE address LIKE '%@%' OR reply LIKE '%gone@%'")
    assert [row.reply for row in desk.rows("SELECT reply FROM notice_attempt WHERE server = 'bounce'")] == [
        "550 no such user <g…@example.kz>"
    ]


def test_asked_again_it_is_one_subscription_and_nobody_learns_that_it_stands(desk: Desk, sink: Sink) -> None:
    what = Followed(around=(70.0, 50.0), within_m=500)
    key = followed(desk, what)
    assert ask(desk, what, frequency=Frequency.WEEKLY) == key
    desk.deliver()
    assert len(sink.to(READER)) == 1
    with transaction(desk.engine, Role.CITIZENS) as session:
        found = subscription_of(session, key)
        assert (found.frequency, found.within_m, found.is_confirmed) == ("at_once", 500, True)
        confirm(session, key, Frequency.WEEKLY, now=desk.clock.now)
        assert subscription_of(session, key).frequency == "weekly"
        with pytest.raises(NotFound):
            subscription_of(session, "0" * 32)


def test_a_warranty_that_ends_soon_is_told_once(desk: Desk, sink: Sink) -> None:
    followed(desk, Followed(contractor_id=desk.scene.contractor.id))
    ends = date(2025, 6, 1)
    for today in (ends - timedelta(days=91), ends - timedelta(days=90), ends - timedelta(days=89)):
        desk.clock.now = desk.clock.now.replace(year=today.year, month=today.month, day=today.day)
        tell(desk, today)
    (mail,) = news_to(sink)
    assert "Warranty ends on 01.06.2025" in text_of(mail)


NO_ADDRESSES = (
    "", "nobody", "a@b@c", "a b@c.kz", "a@c.kz\r\nBcc: x@y.kz", "<a@c.kz>", "a" * 260 + "@c.kz", "a(1)@c.kz",
    "a@(c)c.kz", "=?utf-8?q?a?=@c.kz", "x:a@c.kz", "a[b]@c.kz", "a,b@c.kz", '"a"@c.kz',
)  # fmt: skip


@pytest.mark.parametrize("email", NO_ADDRESSES)
def test_what_is_no_address_is_refused(desk: Desk, email: str) -> None:
    with transaction(desk.engine, Role.CITIZENS) as session, pytest.raises(BadAddress):
        follow(session, Follow(email, "en", Frequency.AT_ONCE, Followed(road_id=1)), now=desk.clock.now)


def test_nothing_is_not_followed(desk: Desk) -> None:
    with transaction(desk.engine, Role.CITIZENS) as session, pytest.raises(NothingFollowed):
        follow(session, Follow(READER, "en", Frequency.AT_ONCE, Followed()), now=desk.clock.now)


def test_a_name_does_not_make_lines_of_its_own(desk: Desk, sink: Sink) -> None:
    desk.do("UPDATE organisation SET name = :name", name="ЖШС\r\nhttp://evil.example/ \u202e${x}")
    followed(desk, Followed(contractor_id=desk.scene.contractor.id))
    desk.issue(1000)
    tell(desk)
    told = text_of(news_to(sink)[0])
    assert "\u202e" not in told
    assert not [line for line in told.splitlines() if line.startswith("http://evil")]


def test_places_are_found_by_their_index(desk: Desk) -> None:
    desk.do("""
        INSERT INTO subscription (email, language, frequency, around, within_m, asked_at, confirmed_at)
        SELECT
            i || '@example.kz', 'en', 'at_once',
            ST_SetSRID(ST_MakePoint(50 + i % 300 / 10.0, 42 + i / 300 / 10.0), 4326), 1000, now(), now()
        FROM generate_series(1, 20000) AS i
    """)
    desk.do("ANALYZE subscription")
    desk.issue(*range(500, 9500, 500))
    values = {
        "today": TODAY, "since": TODAY, "warranty_until": TODAY, "now": desk.clock.now, "zone": "Asia/Almaty",
        "week_begun": TODAY,
    }  # fmt: skip
    with transaction(desk.engine) as session:
        refresh(session, TODAY)
    plan = desk.rows(f"EXPLAIN {source('tell_followers')}", **values)
    assert any("subscription_reach_idx" in row[0] for row in plan)


def test_what_is_kept_of_news_is_what_the_public_sees(desk: Desk) -> None:
    assert {kind.value for kind in NewsKind} == {
        "defect", "claim", "overdue", "repaired", "repair", "reopened", "warranty", "decided",
    }  # fmt: skip
    assert "email" not in News.__slots__
    with transaction(desk.engine, Role.CITIZENS) as session, pytest.raises(Exception, match="permission denied"):
        session.execute(text("SELECT email FROM subscription"))
