"""How a page says numbers, days and names, in three languages."""

import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from api.pages.words import Words
from roads.domain.claims import Action
from roads.i18n import LANGUAGES, catalogue
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "остался 1 день"), (3, "осталось 3 дня"), (11, "осталось 11 дней"), (21, "остался 21 день")],
)
def test_a_number_has_its_form(number: int, said: str) -> None:
    assert Words("ru").many("page.days_left", number) == said


def test_money_is_written_as_the_language_does() -> None:
    amount = Decimal("1234567890.49")
    told = {language: Words(language).tenge(amount).replace("\xa0", " ") for language in ("kk", "ru", "en")}
    assert told == {"kk": "1 234 567 890 теңге", "ru": "1 234 567 890 тенге", "en": "1,234,567,890 tenge"}


@pytest.mark.parametrize(("amount", "length_cm"), [(None, 100_000), (Decimal(5), 0)])
def test_what_a_kilometre_costs_is_not_said_without_amount_or_length(amount: Decimal | None, length_cm: int) -> None:
    assert Words("en").per_km(amount, length_cm) is None


def test_half_a_kilometre_for_a_million_is_two_million_a_kilometre() -> None:
    assert Words("en").per_km(Decimal(1_000_000), 50_000) == "2,000,000 tenge"


def test_a_day_is_a_day_for_machines_too() -> None:
    assert Words("ru").day(date(2025, 6, 1)) == '<time datetime="2025-06-01">1 июня 2025\u202fг.</time>'


def test_a_name_in_another_language_says_which() -> None:
    road = SimpleNamespace(name_kk=None, name_ru="улица <Абая>", name_en=None, reference="A-1")
    assert Words("kk").road(road) == '<bdi lang="ru">улица &lt;Абая&gt;</bdi>'
    assert Words("ru").road(road) == "<bdi>улица &lt;Абая&gt;</bdi>"


def test_a_road_without_a_name_is_called_by_its_reference_and_without_that_nameless() -> None:
    road = SimpleNamespace(name_kk=None, name_ru=None, name_en=None, reference="A-1")
    assert Words("en").road(road) == "<bdi>A-1</bdi>"
    assert Words("en").road(SimpleNamespace(**{**vars(road), "reference": None})) == "Road without a name"


def test_what_people_wrote_is_escaped_and_isolated_inside_a_sentence() -> None:
    said = Words("en").say("timeline.carve_out", what=Words("en").say("element.base"), liable="<b>\u202e{x}")
    assert said == "Exception registered (base): <bdi>&lt;b&gt;\u202e{x}</bdi> answers"


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_done_to_a_claim_has_its_words_in_a_history(language: str) -> None:
    told_to_nobody = {Action.DRAFT, Action.DELIVER, Action.ACKNOWLEDGE}
    assert [action for action in Action if action not in told_to_nobody
            and f"timeline.claim.{action}" not in catalogue(language)] == []  # fmt: skip


def test_whatever_may_be_missing_has_a_word_in_every_language() -> None:
    sources = (path for top in ("roads", "api") for path in (ROOT / top).rglob("*.py"))
    things = {found for path in sources for found in re.findall(r'thing="([a-z_]+)"', path.read_text(encoding="utf-8"))}
    assert "contract" in things
    missing = [(language, one) for language in LANGUAGES for one in things if f"thing.{one}" not in catalogue(language)]
    assert missing == []


def test_a_source_that_is_known_is_told_in_the_language_and_any_other_as_it_was_stated() -> None:
    assert Words("kk").source("Labour Code, article 84") == "<bdi>Еңбек кодексі, 84-бап</bdi>"
    assert Words("ru").source("<b>Приказ 7") == "<bdi>&lt;b&gt;Приказ 7</bdi>"
