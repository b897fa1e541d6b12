"""What tests of pages share: what is read of a page, names that mean harm, a kilometre with a crowd of contracts."""

import re
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.models import Carriageway
from roads.usecases import liability
from tests import status
from tests.claims import Scene
from tests.factories import make_acceptance, make_contract, make_section

TODAY = date(2024, 6, 3)
HOSTILE = "${alert(1)} `x` {{ 7*7 }} <img src=x onerror=alert(1)> \u202eabc"


def words_of(page: str) -> str:
    """What is read of a page: its text without markup, in one line."""
    main = re.sub(r"</?(time|bdi|strong|span|a)\b[^>]*>", "", page.partition("<main")[2])
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\u202f", " ").split())


def assert_inert(page: str) -> None:
    """No name is markup, and none that turns the direction of writing stands outside an isolation."""
    assert "<img" not in page
    assert "<script" not in page
    assert ">49<" not in page
    for start in (found.start() for found in re.finditer("\u202e", page)):
        before = page[:start]
        in_element = before.rfind("<bdi") > before.rfind("</bdi>")
        in_marks = before.rfind("\N{FIRST STRONG ISOLATE}") > before.rfind("\N{POP DIRECTIONAL ISOLATE}")
        assert in_element or in_marks, before[-120:]


def segment_at(session: Session, line: Carriageway, at_m: float) -> int:
    """The segment of a carriageway at a chainage."""
    asked = text("SELECT id FROM segment WHERE carriageway_id = :id AND extent @> CAST(:at AS integer)")
    return int(session.scalars(asked, {"id": line.id, "at": round(at_m * 100)}).one())


def crowd(session: Session, scene: Scene, contracts: int) -> None:
    """Many contracts and claimed defects on one kilometre."""
    for number in range(contracts):
        contract = make_contract(session, customer=scene.customer, contractor=scene.contractor)
        section = make_section(session, contract, scene.line, from_m=2000 + number * 10, to_m=3000)
        make_acceptance(session, section, accepted_on=date(2022, 7, 1 + number))
        scene.defect(2005 + number * 10, detected_on=date(2024, 5, 1 + number))
    liability.refresh(session, contract_ids=list(session.scalars(text("SELECT id FROM contract"))))
    scene.attribute()
    status.refresh(session, TODAY)


def write_everywhere(session: Session, name: str) -> None:
    """Everything that people write and pages show, becomes this."""
    named = "name_kk = :name, name_ru = :name, name_en = :name"
    for table in ("road", "distress"):
        session.execute(text(f"UPDATE {table} SET {named}"), {"name": name})
    session.execute(text("UPDATE road SET reference = :name"), {"name": name})
    session.execute(text("UPDATE organisation SET name = :name"), {"name": name})
    session.execute(text("UPDATE contract SET number = :name"), {"name": name})
    session.execute(text("UPDATE acceptance SET act_number = :name, conclusion_number = :name"), {"name": name})
    session.execute(text("UPDATE term_rule SET legal_basis = :name"), {"name": name})
