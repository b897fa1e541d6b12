"""One database with something of everything that pages show, written by people who mean harm."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, text

from api.app import create_app
from jobs.data import PublishData
from jobs.notices import DeliverNotices, RenderLetters, WriteLetters
from jobs.runner import Runner
from jobs.timetable import jobs_by_name, timetable
from roads.db import open_engine, transaction
from roads.i18n import LANGUAGES
from roads.media import open_media
from roads.models import ClaimLine
from roads.settings import Settings
from tests.api.office import Office, make_office, today
from tests.api.village import Village
from tests.conftest import admin_url
from tests.factories import make_carriageway, make_distress, make_road
from tests.ledger import SIGNER
from tests.mail import smtp_sink
from tests.pictures import asphalt, written

UNBROKEN = "Ұ" * 90
"""No place to break a line: it must break all the same, where a phone is narrow."""


def harm(start: str = "=") -> str:
    """Words that begin as a formula does, and go on as markup, as templates and from right to left."""
    marks = "\N{RIGHT-TO-LEFT OVERRIDE}abc\N{RIGHT-TO-LEFT ISOLATE}def"
    markup = "${alert(1)} `x` {{ 7*7 }} <img src=x onerror=alert(1)>"
    return f'{start}HYPERLINK("http://evil.kz") {markup} {marks}{UNBROKEN}'


OF_CITIZENS = "by the bridge, call 87770000000"
WRITTEN_BY_FILE: Mapping[str, Mapping[str, str]] = {
    "road": {"name_kk": "=", "name_ru": "+", "name_en": "-"},
    "distress": {"name_kk": "@", "name_ru": "\t=", "name_en": "="},
    "organisation": {"name": "@"},
    "contract": {"number": "="},
    "acceptance": {"act_number": "-", "conclusion_number": "+"},
    "term_rule": {"legal_basis": "="},
    "deadline_rule": {"legal_basis": "@"},
}
"""What files say in words: with what the words begin, by table and column."""


@dataclass(frozen=True)
class Everything:
    """The application over that database; `facts` are what stands in addresses of pages."""

    village: Village
    settings: Settings
    mails: list[EmailMessage]
    facts: Mapping[str, str]

    @property
    def office(self) -> Office:
        return self.village.office

    def value(self, words: str, **values: object) -> Any:
        """The first value of a statement."""
        with transaction(self.village.engine, None) as session:
            return session.scalar(text(words), values)


@contextmanager
def everything(admin: Connection, template: str, folder: Path, site: str) -> Iterator[Everything]:
    """All of it in a database and folders of its own, as if it were served at `site`."""
    with _database(admin, template) as (engine, url):
        (folder / "mails").mkdir()
        settings = Settings(
            database_url=url,
            base_url=site,
            media_url=str(folder / "media"),
            maps_folder=folder / "maps",
            data_folder=folder / "data",
            mail_sink=folder / "mails",
        )
        with TestClient(create_app(settings), site, raise_server_exceptions=False, follow_redirects=False) as client:
            village = Village(_office(engine), client)
            facts = _live(village)
            mails = _run_jobs(village, settings)
            facts["letter"] = village.row(
                "SELECT min(code) AS code FROM letter JOIN letter_document d ON d.letter_id = letter.id"
            ).code
            facts["mail"] = _keep(mails[0], folder / "mails")
            yield Everything(village, settings, mails, facts)


@contextmanager
def _database(admin: Connection, template: str) -> Iterator[tuple[Engine, str]]:
    name = f"roads_everything_{uuid4().hex[:12]}"
    admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    url = admin_url().set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    engine = open_engine(url)
    try:
        yield engine, url
    finally:
        engine.dispose()
        admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _office(engine: Engine) -> Office:
    """The people and the road, named by those who mean harm; and a road of which nothing is known."""
    office = make_office(engine)
    with transaction(engine) as session:
        for code, element in (("pothole", "pavement"), ("missing_sign", "furniture")):
            make_distress(session, code, element=element)
        make_carriageway(session, make_road(session, reference="А-77"), lat=50.5, source_id="grey")
        for table, columns in WRITTEN_BY_FILE.items():
            for column, start in columns.items():
                session.execute(text(f"UPDATE {table} SET {column} = :words"), {"words": harm(start)})
        session.execute(text("UPDATE carriageway SET source_id = :words WHERE source_id <> 'grey'"), {"words": harm()})
    return office


def _live(village: Village) -> dict[str, str]:
    """A week of the road: claims in all the states that pages tell apart, reports, an inspection; gives their names."""
    office, engine = village.office, village.engine
    verified, issued, late, disputed, repaired = (office.issued(at) for at in (1000, 2000, 3000, 4000, 5000))
    for number, line in enumerate((verified, repaired)):
        _program(village, "builder", _item(line, "repair"), photos=[_uploaded(village, number)], note=harm("="))
    _program(village, "engineer", _item(verified, "verify"))
    with transaction(engine) as session:
        overdue = (
            "UPDATE claim_line SET clock_from = :from, rectify_by = :by, rectify_by_before_winter = NULL WHERE id = :id"
        )
        days = {"from": today() - timedelta(days=40), "by": today() - timedelta(days=12)}
        session.execute(text(overdue), {"id": late.id, **days})
    office.drafted(7000)
    _program(village, "builder", _item(disputed, "dispute"), reason="design", note=harm("+"))
    open_report, accepted = (
        village.reported(at, [written(asphalt(at, 400, 300))], note=f"{harm('-')} {OF_CITIZENS}") for at in (6000, 6500)
    )
    number = village.id_of(accepted)
    done = village.as_engineer(
        "POST", f"/en/desk/reports/{number}/accept", distress="pothole", severity="high", release="1"
    )
    assert done.status_code == 303
    assert village.post(f"/ru/not-fixed/{verified.id}", words=harm("@")).status_code == 303
    line = village.row("SELECT c.source_id, c.id FROM carriageway c JOIN contract_section s ON s.carriageway_id = c.id")
    inspected = {"inspected_on": today().isoformat(), "outcome": "no_defect_found", "note": harm("=")}
    _program(village, "inspector", "inspections", source_id=line.source_id, **inspected)
    photo = village.row("SELECT min(photo_id) AS id FROM report_photo")
    defect = village.row("SELECT max(id) AS id FROM defect")
    grey = village.row(
        "SELECT min(s.id) AS id FROM segment s JOIN carriageway c ON c.id = s.carriageway_id WHERE c.source_id = 'grey'"
    )
    place = village.row("SELECT id FROM segment WHERE carriageway_id = :id AND extent @> 300000", id=line.id)
    road = village.row("SELECT road_id AS id, kato FROM carriageway WHERE id = :id", id=line.id)
    return {
        "today": today().isoformat(),
        "organisation": str(village.row("SELECT id FROM organisation WHERE bin = :bin", bin=office.bins["builder"]).id),
        "contract": str(office.contract_id),
        "contractor": office.bins["builder"],
        "claim": str(disputed.claim_id),
        "claim_drafted": str(village.row("SELECT max(id) AS id FROM claim").id),
        "claim_late": str(late.claim_id),
        "claim_repaired": str(repaired.claim_id),
        "claim_issued": str(issued.claim_id),
        "line_verified": str(verified.id),
        "report": open_report,
        "report_accepted": accepted,
        "report_id": str(village.id_of(open_report)),
        "photo": str(photo.id),
        "defect": str(defect.id),
        "segment": str(place.id),
        "grey": str(grey.id),
        "road": str(road.id),
    }


def _program(village: Village, who: str, path: str, **body: object) -> None:
    shown = {**village.office.program(village.client, who), "Idempotency-Key": str(uuid4())}
    village.client.cookies.clear()
    answer = village.client.post(f"/api/v1/{path}", json=body, headers=shown)
    assert answer.is_success, answer.text


def _item(line: ClaimLine, deed: str) -> str:
    return f"claims/{line.claim_id}/items/{line.number}/{deed}"


def _uploaded(village: Village, number: int) -> int:
    """A photo of the contractor's, by its id."""
    shown = village.office.program(village.client, "builder")
    village.client.cookies.clear()
    answer = village.client.post(
        "/api/v1/photos",
        params={"name": harm("@")},
        content=written(asphalt(number, 400, 300)),
        headers={**shown, "Content-Type": "image/jpeg"},
    )
    assert answer.is_success, answer.text
    return int(answer.json()["id"])


def _run_jobs(village: Village, settings: Settings) -> list[EmailMessage]:
    """What the jobs make of it; gives the mails they sent."""
    with smtp_sink() as sink:
        notices = (
            WriteLetters(),
            RenderLetters(settings.base_url, "kk", open_media(settings.media_url)),
            DeliverNotices(sink.url, "", settings.base_url),
        )
        known = timetable(snap_m=30, data=PublishData(settings.data_folder, LANGUAGES), signer=SIGNER, notices=notices)
        # In a thread of their own, as they run theirs: where a browser is driven, this one has a loop already.
        with ThreadPoolExecutor(1) as beside:
            for job in jobs_by_name(known).values():
                beside.submit(Runner(village.engine, "test").run_once, job, today(), waiting=lambda: None).result()
        return [mail for _, _, mail in sink.mails]


def _keep(mail: EmailMessage, folder: Path) -> str:
    """Put a mail where the demonstration's mail server does."""
    name = "20260101T000000-0123456789ab"
    (folder / f"{name}.eml").write_bytes(mail.as_bytes())
    return name
