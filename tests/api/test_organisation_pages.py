"""Where organisations are written to and which programs are told: an administrator states it, its people look."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from api.app import create_app
from roads.db import transaction
from roads.domain.actors import Role as Acting
from roads.i18n import LANGUAGES
from roads.settings import Settings
from tests.factories import make_organisation
from tests.letters import Desk, add_person, address, make_desk
from tests.mail import is_signed, webhook_receiver
from tests.signed import enter

NOWHERE = "smtp://127.0.0.1:9"
HOSTILE = '<script>alert(1)</script>" onmouseover=alert(2) x="'


@dataclass
class Office:
    """A claim's parties with people, an administrator, and pages that call programs on this machine."""

    desk: Desk
    client: TestClient
    path: str
    """The page of the contractor's organisation, below `/administration/organisations`."""

    def get(self, path: str, who: str = "administrator", language: str = "en") -> Response:
        self.client.cookies.clear()
        shown = enter(self.desk.engine, address(who)).cookie
        return self.client.get(f"/{language}/administration/organisations{path}", headers=shown)

    def send(self, path: str, who: str = "administrator", **form: str) -> Response:
        self.client.cookies.clear()
        entered = enter(self.desk.engine, address(who))
        where = f"/en/administration/organisations{path}"
        return self.client.post(where, data={"token": entered.token, **form}, headers=entered.cookie)

    def one(self, words: str, **values: Any) -> Any:
        return self.desk.rows(words, **values)[0]


@pytest.fixture
def office(database: Engine, database_url: str, tmp_path: Path) -> Iterator[Office]:
    desk = make_desk(database, NOWHERE)
    add_person(database, "administrator", Acting.ADMINISTRATOR, desk.scene.customer.bin)
    settings = Settings(database_url=database_url, media_url=str(tmp_path), webhooks_to_private=True)
    with TestClient(create_app(settings), raise_server_exceptions=False, follow_redirects=False) as client:
        yield Office(desk, client, f"/{desk.scene.contractor.id}")


def test_an_organisation_is_found_by_name_or_bin_and_names_are_only_names(office: Office) -> None:
    office.desk.do(
        "UPDATE organisation SET name = :name WHERE bin = :bin", name=HOSTILE, bin=office.desk.scene.contractor.bin
    )
    office.desk.do(
        "UPDATE organisation SET name = 'ТОО «Жол 100%_Құрылыс»' WHERE bin = :bin", bin=office.desk.scene.customer.bin
    )
    for language in LANGUAGES:
        written = office.get("", language=language)
        assert (written.status_code, "<script>alert" in written.text, "<bdi>&lt;script" in written.text) == (
            200,
            False,
            True,
        )
    own = {"жол 100%_": "customer", office.desk.scene.contractor.bin[2:]: "contractor", "scriPT>alert": "contractor"}
    for asked, party in own.items():
        rows = office.get(f"?q={asked.replace('%', '%25')}").text.split("<tbody")[1].split("<tr ")[1:]
        assert len(rows) == 1, asked
        assert f'/organisations/{getattr(office.desk.scene, party).id}"' in rows[0]
        assert party in rows[0].lower()
    assert "There is no such organisation" in office.get("?q=%00nobody").text


def test_page_after_page_every_organisation_comes_once_also_under_one_name(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.organisations.ROWS_OF_A_PAGE", 3)
    with transaction(office.desk.engine) as session:
        for _ in range(5):
            make_organisation(session).name = "One name"
    seen, following = [], "?"
    while following:
        written = office.get(following).text
        seen += [part.split('"')[0] for part in written.split('scope="row"><a href="')[1:]]
        following = written.partition('<a href="?after=')[2].partition('"')[0]
        following = following and f"?after={following}"
    assert len(seen) == len(set(seen)) == office.one("SELECT count(*) AS n FROM organisation").n


def test_letters_go_to_a_stated_address_in_its_language_until_they_no_more_do(office: Office) -> None:
    stated = {"email": "Office@Builder.kz", "language": "kk"}
    done = office.send(f"{office.path}/address", **stated)
    assert (done.status_code, done.headers["location"]) == (303, f"/en/administration/organisations{office.path}")
    assert "office@builder.kz" in office.get("").text
    office.desk.issue()
    office.desk.write()
    told = "SELECT language FROM notice WHERE address = 'office@builder.kz'"
    assert [row.language for row in office.desk.rows(told)] == ["kk"]
    assert office.send(f"{office.path}/address", **stated, ended="true").status_code == 303
    assert "written to no more" in office.get(office.path).text
    assert "office@builder.kz" not in office.get("").text
    office.desk.issue(3000)
    office.desk.write()
    assert len(office.desk.rows(told)) == 1
    wrong = office.send(f"{office.path}/address", email="no address", language="ru")
    assert (wrong.status_code, 'role="alert"' in wrong.text, 'value="no address"' in wrong.text) == (422, True, True)
    assert office.send(f"{office.path}/address", email="a@b.kz", language="xx").status_code == 404


def test_a_program_is_told_by_the_secret_that_is_shown_once_and_every_call_is_seen(office: Office) -> None:
    with webhook_receiver() as receiver:
        made = office.send(f"{office.path}/programs", url=receiver.url, **{"kind-claim_issued": "true"})
        secret = made.text.partition('class="secret">')[2].partition("<")[0]
        assert (made.status_code, made.headers["cache-control"], secret[:6]) == (200, "no-store", "whsec_")
        assert secret not in office.get(office.path).text
        for status, said in ((200, "sent"), (503, "failing")):
            receiver.status = status
            office.desk.issue(1000 + status)
            office.desk.write()
            office.desk.deliver()
            assert f">{said}</span>" in office.get(office.path).text
        assert is_signed(*receiver.calls[0], secret)
    written = office.get(office.path).text
    assert "Told: claim issued</p>" in written
    assert "Has not answered since" in written
    assert "not called or not answering: 1" in office.get("").text
    for who in ("builder", "engineer"):
        assert secret not in office.get(office.path, who).text


def test_a_program_is_switched_off_and_on(office: Office) -> None:
    office.send(f"{office.path}/programs", url="HTTPS://hooks.builder.kz/in")
    hook = office.one("SELECT id, url, kinds, is_active FROM webhook")
    assert (hook.url, hook.kinds, hook.is_active) == ("https://hooks.builder.kz/in", None, True)
    office.desk.do("UPDATE webhook SET failing_since = now(), disabled_at = now()")
    for deed, is_active in (("off", False), ("on", True)):
        assert office.send(f"{office.path}/programs/{hook.id}/{deed}").status_code == 303
        row = office.one("SELECT is_active, failing_since, disabled_at FROM webhook")
        assert tuple(row) == (is_active, None, None)
    assert office.send(f"{office.path}/programs/{hook.id}/away").status_code == 404
    assert office.send(f"{office.path}/programs/999999/off").status_code == 404
    for url in ("https://10.0.0.1:x/", "ftp://builder.kz", "https://me:pass@builder.kz", "javascript:alert(1)"):
        wrong = office.send(f"{office.path}/programs", url=url, **{"kind-overdue": "true"})
        assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True), url
        assert 'name="kind-overdue" value="true" checked' in wrong.text
    assert office.one("SELECT count(*) AS n FROM webhook").n == 1


def test_its_own_people_look_and_change_nothing_and_others_do_not_even_look(office: Office) -> None:
    office.send(f"{office.path}/address", email="office@builder.kz", language="ru")
    office.send(f"{office.path}/programs", url="https://hooks.builder.kz/in")
    (hook,) = office.desk.rows("SELECT id FROM webhook")
    for language in LANGUAGES:
        written = office.get(office.path, "builder", language)
        assert (written.status_code, "https://hooks.builder.kz/in" in written.text) == (200, True)
        assert "office@builder.kz" in written.text
        assert 'method="post"' not in written.text
    assert (
        f'/administration/organisations{office.path}"'
        in office.client.get("/en/account", headers=enter(office.desk.engine, address("builder")).cookie).text
    )
    for who in ("engineer", "supervisor"):
        assert office.get(office.path, who).status_code == 403
    for who in ("builder", "engineer"):
        assert office.get("", who).status_code == 403
        for path, form in (
            ("/address", {"email": "mine@rival.kz", "language": "ru"}),
            ("/programs", {"url": "https://rival.kz/in"}),
            (f"/programs/{hook.id}/off", {}),
        ):
            assert office.send(office.path + path, who, **form).status_code == 403
    assert office.one("SELECT count(*) AS n FROM webhook WHERE is_active").n == 1
    assert office.one("SELECT count(*) AS n FROM organisation_address").n == 1


def test_a_form_of_another_site_changes_nothing(office: Office) -> None:
    entered = enter(office.desk.engine, address("administrator"))
    where = f"/en/administration/organisations{office.path}/address"
    form = {"token": "guessed", "email": "mine@rival.kz", "language": "ru"}
    assert office.client.post(where, data=form, headers=entered.cookie).status_code == 403
    assert office.desk.rows("SELECT FROM organisation_address") == []
