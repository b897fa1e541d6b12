"""Words of people who mean harm, in every field that somebody may fill: they stay words, wherever they are shown."""

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree as ET

import pyogrio
import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner

from geo.formulas import FORMULA
from roads.__main__ import app as command
from tests.everything import OF_CITIZENS, Everything, everything, harm
from tests.mail import text_of
from tests.pdf import words_of
from tests.visits import VISITS, Visit

HARMLESS = {"bdi", "title", "option", "textarea", "script"}
"""Where words cannot turn what stands beside them: isolated, or read by nobody but programs and whoever wrote them."""
LONG = "ә" * 10_000


class Inert(HTMLParser):
    """Reads a page, and notes what its words have become besides words."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.trouble: list[str] = []
        self.told = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if any(name.startswith("on") for name in names) or names.get("src") == "x" or "style" in names:
            self.trouble.append(self.get_starttag_text() or tag)
        if (
            tag == "script"
            and not names.get("src")
            and names.get("type") not in ("application/ld+json", "application/json")
        ):
            self.trouble.append("a script in the page")
        if tag not in ("br", "img", "input", "link", "meta", "wbr", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.told += data
        is_isolated = HARMLESS & set(self.open) or "\N{FIRST STRONG ISOLATE}" in data
        if "\N{RIGHT-TO-LEFT OVERRIDE}" in data and not is_isolated:
            self.trouble.append(f"turns the direction of what follows: {self.open[-3:]} {data[:80]}")
        if "\N{RIGHT-TO-LEFT ISOLATE}" in data and not {"textarea", "script"} & set(self.open):
            self.trouble.append(f"an isolate without an end: {self.open[-3:]} {data[:80]}")
        if data.strip() == "49":
            self.trouble.append("a template in the words was worked out")


TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.fixture(scope="module")
def world(admin: Connection, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    with everything(admin, template, tmp_path_factory.mktemp("everything"), "http://testserver") as made:
        yield made


def page_of(world: Everything, visit: Visit, language: str = "ru") -> str:
    client = world.village.client
    client.cookies.clear()
    headers = world.office.browser(visit.who)[0] if visit.who else {}
    headers["Accept"] = "text/html"
    return client.get(f"/{language}/{visit.path.format_map(world.facts)}", headers=headers).text


def test_on_every_page_they_are_words(world: Everything) -> None:
    trouble, shown = [], 0
    for visit in VISITS:
        read = Inert()
        read.feed(page_of(world, visit))
        trouble += [f"{visit.path}: {one}" for one in read.trouble]
        shown += "HYPERLINK" in read.told
    assert not trouble, "\n".join(trouble)
    assert shown > len(VISITS) / 3


def test_programs_read_them_as_words(world: Everything) -> None:
    client, contractor = world.village.client, world.facts["contractor"]
    for path in ("/ru/feed.atom", f"/ru/feed.atom?contractor={contractor}", "/open311/v2/services.xml"):
        told = ET.fromstring(client.get(path).content)  # noqa: S314 (our own)
        assert any("HYPERLINK" in (one.text or "") for one in told.iter()), path
        assert not list(told.iter("img"))
    codes = f"{world.facts['report']},{world.facts['report_accepted']}"
    for ending in ("json", "xml"):
        answer = client.get(f"/open311/v2/requests.{ending}?service_request_id={codes}")
        assert answer.status_code == 200
        # What somebody without an account wrote, is for those who look into it.
        assert OF_CITIZENS not in answer.text
    calendar = client.get(f"/ru/warranties.ics?contractor={contractor}").text
    lines = calendar.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "HYPERLINK" in calendar.replace("\r\n ", "")
    assert (
        calendar.count("BEGIN:")
        == calendar.count("END:")
        == sum(line.startswith(("BEGIN:", "END:")) for line in lines) / 2
    )
    for name in ("defects", "works", "warranty"):
        assert client.get(f"/api/v1/maps/{name}").headers["content-type"].startswith("application/json")


def cells_of(file: Path) -> list[str]:
    return [cell for row in csv.reader(file.read_text(encoding="utf-8").splitlines(keepends=True)) for cell in row]


def test_no_spreadsheet_reckons_with_them(world: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = json.loads((world.settings.data_folder / "index.json").read_text(encoding="utf-8"))
    published = [world.settings.data_folder / file["path"] for one in index["layers"] for file in one["files"]]
    monkeypatch.setenv("ROADS_DATABASE_URL", world.settings.database_url)
    for layer in ("claims", "contracts", "attributions"):
        made = CliRunner().invoke(command, ["export", layer, str(tmp_path / f"{layer}.csv")])
        assert made.exit_code == 0, made.output
    tables = [file for file in (*published, *tmp_path.iterdir()) if file.suffix == ".csv"]
    cells = [cell for file in tables for cell in cells_of(file)]
    assert len([cell for cell in cells if "HYPERLINK" in cell]) > 5
    assert [cell for cell in cells if cell.startswith(FORMULA) and not re.fullmatch(r"-?[0-9.]+", cell)] == []
    (layer,) = [file for file in published if file.name.startswith("contracts") and file.suffix == ".gpkg"]
    columns = pyogrio.raw.read(layer)[3]
    assert any(harm("@") in list(column) for column in columns)


def test_a_file_is_told_what_is_too_long_and_its_remarks_are_no_formulas(
    world: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"customer_bin": harm(), "contract_number": "1", "contractor_bin": world.facts["contractor"]}
    told |= {"contractor": LONG, "kind_of_works": "construction", "signed_on": "2024-01-01", "source_id": "grey"}
    told |= {"accepted_on": "2024-06-01", "act_number": "ә" * 201, "chainage_from": "0+000", "chainage_to": "1+000"}
    file, report = tmp_path / "contracts.csv", tmp_path / "report.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([told, told.values(), {**told, "customer_bin": told["contractor_bin"]}.values()])
    monkeypatch.setenv("ROADS_DATABASE_URL", world.settings.database_url)
    CliRunner().invoke(command, ["import-contracts", str(file), "--report", str(report)])
    with report.open(encoding="utf-8", newline="") as read:
        remarks = {row["field"]: row for row in csv.DictReader(read)}
    assert remarks["customer_bin"]["value"].startswith("'=HYPERLINK")
    for field, most in (("act_number", 200), ("contractor", 500)):
        assert f"at most {most} characters" in remarks[field]["problem"], remarks.keys()


def test_letters_and_mails_say_them(world: Everything) -> None:
    for language in ("kk", "ru", "en"):
        pdf = world.value("SELECT pdf FROM letter_document WHERE language = :language LIMIT 1", language=language)
        if pdf is not None:
            assert "HYPERLINK" in words_of(pdf)
            assert not TURNING & set(words_of(pdf))
            assert b"/JavaScript" not in pdf
            assert b"evil.kz" not in re.sub(rb"stream.*?endstream", b"", pdf, flags=re.DOTALL)
    assert world.mails
    for mail in world.mails:
        assert "\n" not in (mail["Subject"] or "")
        assert {part.get_content_type() for part in mail.walk()} <= {"text/plain", "application/pdf", "multipart/mixed"}
        assert not TURNING & {*text_of(mail), *(mail["Subject"] or "")}
    assert any("HYPERLINK" in text_of(mail) for mail in world.mails)


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("builder", "claims/{claim_issued}/items/1/dispute", {"reason": "design", "note": LONG}),
        ("engineer", "claims/{claim_repaired}/items/1/reject-repair", {"note": LONG}),
        (
            "inspector",
            "inspections",
            {"inspected_on": "2026-01-01", "source_id": "grey", "outcome": "no_defect_found", "note": LONG},
        ),
        ("inspector", "defects", {"lon": 70.01, "lat": 50.0, "detected_on": "2026-01-01", "note": LONG}),
        ("engineer", "tokens", {"name": LONG}),
    ],
)
def test_what_is_too_long_is_refused_to_programs(
    world: Everything, who: str, path: str, body: dict[str, object]
) -> None:
    client = world.village.client
    client.cookies.clear()
    shown = {**world.office.program(client, who), "Idempotency-Key": str(uuid4())}
    answer = client.post(f"/api/v1/{path.format_map(world.facts)}", json=body, headers=shown)
    assert answer.status_code == 422, answer.text
    assert len(answer.text) < 5000


@pytest.mark.parametrize(
    ("who", "path", "fields"),
    [
        ("", "not-fixed/{line_verified}", {"words": LONG}),
        ("builder", "claims/{claim_issued}/items/1/dispute", {"reason": "design", "note": LONG}),
        ("engineer", "desk/reports/{report_id}/accept", {"distress": "pothole", "note": LONG}),
        (
            "administrator",
            "administration/organisations/{organisation}/address",
            {"email": f"{LONG}@b.kz", "language": "kk"},
        ),
        ("administrator", "administration/organisations/{organisation}/programs", {"url": f"https://b.kz/{LONG}"}),
        ("administrator", "administration/users", {"login": f"{LONG[:9000]}@b.kz", "code": "b"}),
        (
            "administrator",
            "administration/rules",
            {"table": "calendar", "legal_basis": LONG, "day": "2026-12-16", "kind": "holiday"},
        ),
    ],
)
def test_what_is_too_long_is_refused_to_people_in_words(
    world: Everything, who: str, path: str, fields: dict[str, str]
) -> None:
    address = f"/ru/{path.format_map(world.facts)}"
    answer = (
        world.village.as_engineer("POST", address, who=who, **fields) if who else world.village.post(address, **fields)
    )
    assert answer.status_code == 422, answer.text[:300]
    assert 'role="alert"' in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_report_that_is_too_long_is_refused(world: Everything) -> None:
    answer = world.village.send(7500, note=LONG)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
