"""The published national figures come out of a data set with that truth: 258 objects, 119 sections, 1,800 km, 95 %."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from roads.db import transaction
from roads.domain.actors import OPERATOR
from roads.domain.claims import Action
from roads.domain.contracts import ContractKey
from roads.models import Contract, Organisation
from roads.usecases.monitoring import MonitorContract, monitor_contract
from tests.api.office import Office, make_office, today
from tests.claims import Scene
from tests.factories import make_acceptance, make_carriageway, make_contract, make_organisation, make_section
from tests.status import refresh

MONITORED, SECTIONS, KILOMETRES, FOUND, MENDED = 258, 119, 1800, 20, 19


@pytest.fixture
def office(database: Engine) -> Office:
    """One contract of 10 km is accepted; what is missing for the truth is built around it."""
    office = make_office(database)
    with transaction(database) as session:
        customer = make_organisation(session)
        _commission(session, customer)
        _monitor(session, customer)
    _find_and_mend(office)
    with transaction(database) as session:
        refresh(session, today())
    return office


def _commission(session: Session, customer: Organisation) -> None:
    """118 sections more: 1,790 km by 100 of them, and 18 that lie upon the others."""
    contract = make_contract(session, customer=customer)
    for road in range(10):
        carriageway = make_carriageway(session, length_m=179_000)
        for number in range(10):
            _accept(session, contract, carriageway, number * 17_900, (number + 1) * 17_900)
        for number in range(2 if road < 8 else 1):
            later = make_contract(session, customer=customer)
            _accept(session, later, carriageway, number * 50_000 + 1_000, number * 50_000 + 44_000)


def _accept(session: Session, contract: Contract, carriageway, from_m: float, to_m: float) -> None:  # type: ignore[no-untyped-def]
    section = make_section(session, contract, carriageway, from_m=from_m, to_m=to_m)
    make_acceptance(session, section, accepted_on=today() - timedelta(days=30))


def _monitor(session: Session, customer: Organisation) -> None:
    """258 contracts, and one more whose monitoring was stopped."""
    for number in range(MONITORED + 1):
        contract = make_contract(session, customer=customer, number=f"M-{number}")
        assert monitor_contract(session, OPERATOR, MonitorContract(ContractKey(customer.bin, contract.number)))
    last = MonitorContract(ContractKey(customer.bin, f"M-{MONITORED}"), is_monitored=False)
    assert monitor_contract(session, OPERATOR, last)
    assert not monitor_contract(session, OPERATOR, last)


def _find_and_mend(office: Office) -> None:
    """Of 20 confirmed defects 19 are verified; the one left is said to be mended by its contractor alone."""
    lines = [office.issued(100 + 400 * number) for number in range(FOUND)]
    with transaction(office.engine) as session:
        scene = Scene.of_contract(session, office.contract_id)
        for number, line in enumerate(lines):
            done = (Action.REPORT_REPAIR, Action.VERIFY) if number < MENDED else (Action.REPORT_REPAIR,)
            scene.does(scene.line_of_id(line.id), *done, today=today())


def test_a_data_set_with_the_published_truth_gives_the_published_figures(client: TestClient, office: Office) -> None:
    told = client.get("/api/v1/indicators").json()
    assert told["objects_monitored"]["count"] == MONITORED
    assert (told["commissioned"]["sections"], told["commissioned"]["km"]) == (SECTIONS, KILOMETRES)
    elimination = told["elimination_rate"]
    assert (elimination["percent"], elimination["numerator"], elimination["denominator"]) == (95.0, MENDED, FOUND)
    with transaction(office.engine) as session:
        added_up = "SELECT sum(upper(extent) - lower(extent)) / 100000.0 FROM acceptance"
        # Each section by itself makes far more kilometres: what overlaps is counted once.
        assert session.scalar(text(added_up)) > KILOMETRES * 1.4
    page = re.sub(r"<[^>]+>|\s+", " ", client.get("/en/").text)
    for figure in (" 258 ", " 1,800 km ", " 119 sections ", " 95 % ", " 19 of 20 "):
        assert figure in page, figure
