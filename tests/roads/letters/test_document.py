"""A letter as a PDF says what it must in each language, is the same bytes each time, and loads nothing from outside."""

# WeasyPrint carries no types.
# mypy: disallow-untyped-calls=False

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from roads.domain.actors import OPERATOR
from roads.domain.letters import Basis, Drawn, LetterFacts, LetterPhoto, Sketch, number_of
from roads.domain.notices import DOCUMENTS
from roads.i18n import LANGUAGES
from roads.letters.document import ONLY_ITSELF, as_html, render
from roads.letters.sketch import draw, round_length
from roads.letters.words import Words, in_ranges
from roads.queries.letters import letter_facts, photos_of_letter
from roads.usecases.claims_repairs import VerifyRepair, verify
from roads.usecases.letters import Prescribe, prescribe
from roads.usecases.notices import write_letters
from tests.claims import TODAY, Scene, make_photo, make_scene
from tests.factories import make_distress
from tests.letters import BASE_URL, BEGIN
from tests.pdf import words_of

RIGHT = {
    "claim_issued": {"ru": "ПРЕТЕНЗИЯ", "kk": "ТАЛАП", "en": "CLAIM"},
    "prescription": {"ru": "ПРЕДПИСАНИЕ", "kk": "НҰСҚАМА", "en": "PRESCRIPTION"},
    "repair_verified": {"ru": "АКТ ПОДТВЕРЖДЕНИЯ УСТРАНЕНИЯ", "kk": "ЖОЮДЫ РАСТАУ АКТІСІ", "en": "ACT OF VERIFICATION"},
    "second_letter": {"ru": "ПОВТОРНАЯ ПРЕТЕНЗИЯ", "kk": "ҚАЙТАЛАМА ТАЛАП", "en": "SECOND CLAIM LETTER"},
}


@pytest.fixture
def letters(session: Session) -> dict[str, LetterFacts]:
    """A letter of each kind about one claim over two places."""
    make_distress(session)
    scene = make_scene(session)
    line = told_of(scene)
    prescribe(session, scene.engineer, Prescribe([line], "Оградить <b>место</b> & выставить знаки"), today=TODAY)
    report_and_verify(scene, line)
    session.execute(
        _text("INSERT INTO ladder_step (line_id, round, rung, due_on) VALUES (:line, 1, 'second_letter', :on)"),
        {"line": line, "on": TODAY},
    )
    write_letters(session, OPERATOR, today=TODAY, now=BEGIN)
    rows = session.execute(_text("SELECT id, kind FROM letter ORDER BY id")).all()
    return {row.kind: letter_facts(session, row.id) for row in rows}


def _text(words: str) -> Any:
    from sqlalchemy import text

    return text(words)


def told_of(scene: Scene) -> int:
    scene.defect(1000, severity="high", length_m=0.8)
    scene.session.execute(_text("UPDATE defect SET depth_mm = 70"))
    stretch = scene.defect(3000, to_m=3200)
    scene.draft()
    scene.issue()
    return scene.line_of(stretch).id


def report_and_verify(scene: Scene, line: int) -> None:
    from roads.usecases.claims_repairs import ReportRepair, report_repair

    report_repair(
        scene.session, scene.builder, ReportRepair(line, [make_photo(scene.session, scene.builder)]), today=TODAY
    )
    verify(scene.session, scene.engineer, VerifyRepair(line, "Покрытие ровное"), today=TODAY)


def test_every_kind_of_document_is_tried_here(letters: dict[str, LetterFacts]) -> None:
    assert set(RIGHT) == {kind.value for kind in DOCUMENTS} <= set(letters)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", RIGHT)
def test_a_letter_says_who_what_where_and_until_when(letters: dict[str, LetterFacts], kind: str, language: str) -> None:
    facts, words = letters[kind], Words(language)
    said = words_of(render(facts, language, BASE_URL))
    assert "?" not in said
    line = facts.lines[-1]
    days = [words.short(line.detected_on)]
    if kind != "repair_verified":
        days.append(words.short(line.rectify_by))
    for expected in (
        RIGHT[kind][language], facts.number, facts.contract_number, facts.customer.name, facts.customer.bin,
        facts.contractor.name, facts.contractor.bin, words.chainage(line), *days,
        f"{BASE_URL}/{language}/letters/{facts.code}",
    ):  # fmt: skip
        assert expected in said, expected


def test_a_claim_names_its_grounds_its_deadlines_and_what_to_do(letters: dict[str, LetterFacts]) -> None:
    facts = letters["claim_issued"]
    said = words_of(render(facts, "ru", BASE_URL))
    first = facts.lines[0]
    assert first.term.rule is None or first.term.rule in said
    assert first.rectify is not None
    assert first.rectify.rule
    for expected in (first.rectify.rule, "глубина 70 мм", "1+000", "высокая степень", Words("ru").day(facts.answer_by)):
        assert expected in said, expected


def test_a_rule_that_is_known_is_named_in_the_language_of_the_letter() -> None:
    basis = Basis("rule", "Fourteen working days: common practice; the contract's own term beats it", is_confirmed=True)
    assert "(Он төрт жұмыс күні: қалыптасқан тәжірибе; шарттың өз мерзімі басым)" in Words("kk").basis(basis)


def test_what_people_wrote_is_text_and_nothing_else(letters: dict[str, LetterFacts]) -> None:
    facts = letters["prescription"]
    assert "Оградить <b>место</b> & выставить знаки" in words_of(render(facts, "ru", BASE_URL))
    assert "<b>" not in as_html(facts, "ru", BASE_URL)


def test_an_act_names_who_reported_and_who_verified(letters: dict[str, LetterFacts]) -> None:
    facts = letters["repair_verified"]
    said = words_of(render(facts, "ru", BASE_URL))
    for expected in ("builder-1", "engineer-1", facts.contractor.name, facts.customer.name, "Покрытие ровное"):
        assert expected in said, expected


def test_the_same_facts_are_the_same_bytes(letters: dict[str, LetterFacts]) -> None:
    facts = letters["claim_issued"]
    assert render(facts, "kk", BASE_URL) == render(facts, "kk", BASE_URL)


def test_the_file_says_nothing_of_the_moment_it_was_made(letters: dict[str, LetterFacts]) -> None:
    pdf = render(letters["claim_issued"], "kk", BASE_URL)
    assert b"CreationDate" not in pdf
    assert b"ModDate" not in pdf


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "https://example.kz/x.png"])
def test_a_letter_loads_nothing_from_anywhere(address: str) -> None:
    asked: list[str] = []

    class Watched(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            asked.append(url)
            return super().fetch(url, headers)

        def open(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("asked outside")

    pdf = HTML(string=f'<img src="{address}"><p>x</p>', url_fetcher=Watched(**ONLY_ITSELF)).write_pdf()
    assert (asked, pdf[:5]) == ([address], b"%PDF-")


def test_numbers_are_listed_as_people_list_them() -> None:
    assert in_ranges([5, 1, 2, 3, 7, 8, 8]) == "1-3, 5, 7-8"


def test_the_first_letter_has_the_number_of_its_claim() -> None:
    assert (number_of("2026-000012", 1), number_of("2026-000012", 3)) == ("2026-000012", "2026-000012/3")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 1, 5), "2026 жылғы 5 қаңтардағы"),
        (date(2026, 4, 1), "2026 жылғы 1 сәуірдегі"),
        (date(2026, 7, 9), "2026 жылғы 9 шілдедегі"),
        (date(2026, 9, 30), "2026 жылғы 30 қыркүйектегі"),
    ],
)
def test_a_day_takes_the_ending_of_its_month_in_kazakh(day: date, said: str) -> None:
    assert Words("kk").dated(day) == said


# --- the sketch


SKETCH = Sketch(
    (76.9, 43.2, 76.96, 43.23),
    [Drawn([(76.9, 43.205), (76.96, 43.225)], "A-3 <&>", None, is_own=True)],
    [Drawn([(76.92, 43.21)], "", 1, is_own=True), Drawn([(76.9201, 43.21)], "", 2, is_own=True)],
)


def test_a_sketch_is_drawn_to_scale_north_up_with_places_that_do_not_cover_each_other() -> None:
    svg = draw(SKETCH, north="N", label="Sketch")
    assert ">1, 2<" in svg
    assert "A-3 &lt;&amp;&gt;" in svg
    assert ">1 km<" in svg
    assert svg.count("<circle") == 1


def test_a_single_spot_can_be_drawn() -> None:
    spot = Sketch((76.9, 43.2, 76.9, 43.2), [], [Drawn([(76.9, 43.2)], "", 1, is_own=True)])
    assert "nan" not in draw(spot, north="С", label="x")


@pytest.mark.parametrize(("metres", "round_"), [(1, 1), (4.9, 2), (5, 5), (1999, 1000), (2000, 2000)])
def test_a_scale_has_a_round_length(metres: float, round_: float) -> None:
    assert round_length(metres) == round_


def test_photos_lie_in_the_letter_itself(letters: dict[str, LetterFacts]) -> None:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "WEBP")
    plain = letters["claim_issued"]
    facts = replace(plain, photos=[LetterPhoto(1, file.getvalue())])
    pdf = render(facts, "en", BASE_URL)
    assert b"/Subtype /Image" in pdf
    assert b"/Subtype /Image" not in render(plain, "en", BASE_URL)
    assert "Photographs Line 1" in words_of(pdf)


def test_an_act_comes_with_the_photos_of_the_repair_it_verifies(
    session: Session, letters: dict[str, LetterFacts]
) -> None:
    (line,) = letters["repair_verified"].lines
    acts = session.execute(_text("SELECT id FROM letter WHERE kind = 'repair_verified'")).scalar_one()
    claimed = session.execute(_text("SELECT id FROM letter WHERE kind = 'claim_issued'")).scalar_one()
    assert [number for number, _ in photos_of_letter(session, acts)] == [line.number]
    assert photos_of_letter(session, claimed) == []
