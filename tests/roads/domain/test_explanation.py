"""The verdict on each candidate, and the sentences that say it in three languages."""

from dataclasses import replace
from datetime import date

import pytest

from roads.domain.attribution import Confidence, Outcome, Reason
from roads.domain.explanation import NO_TERM, Answer, Candidate, Neighbour, Party, Verdict, explain
from roads.i18n import LANGUAGES, catalogue, say

DAY = date(2024, 5, 1)
PAVER = Party("Paver", "990000000004")
DIGGER = Party("Digger", "990000000015")

WARRANTY = Candidate(
    kind="warranty", covers=True, from_on=date(2022, 6, 1), to_on=date(2025, 6, 1), contract_id=1, number="2021-1",
    kind_of_works="medium_repair", signed_on=date(2021, 4, 1), party=PAVER, accepted_on=date(2022, 6, 1), months=36,
    term_from="contract", ends_on=date(2025, 6, 1), term_confirmed=None,
)  # fmt: skip
EARLIER = replace(WARRANTY, contract_id=2, number="2020-1", accepted_on=date(2021, 6, 1))
SAME_DAY = replace(WARRANTY, contract_id=2, number="2021-2")
UNKNOWN = replace(WARRANTY, kind="term_unknown", months=None, term_from=None, ends_on=date(2030, 6, 1))
WORKS = replace(
    WARRANTY, kind="works", from_on=date(2021, 4, 1), to_on=None, accepted_on=None, months=None, term_from=None,
    ends_on=None,
)  # fmt: skip
EXPIRED = replace(
    WARRANTY,
    kind="expired",
    from_on=date(2024, 2, 2),
    to_on=None,
    accepted_on=date(2021, 2, 1),
    ends_on=date(2024, 2, 1),
)
SUSPENDED = replace(EXPIRED, from_on=date(2024, 3, 3), ends_on=date(2024, 3, 2))
TERMLESS = replace(WORKS, kind=NO_TERM, covers=False, from_on=date(2022, 6, 1), accepted_on=date(2022, 6, 1))
DIG = replace(
    WORKS, kind="carve_out", contract_id=None, number=None, kind_of_works=None, signed_on=None, party=DIGGER,
    from_on=date(2024, 4, 1),
)  # fmt: skip


def other(candidate: Candidate) -> Candidate:
    """The same cause of another contract, which does not cover the day."""
    return replace(candidate, contract_id=2, number="2020-1", covers=False)


CHOSEN = [
    ("chosen_carve_out", DIG, Outcome.EXCLUDED, "Digger"),
    ("chosen_warranty", WARRANTY, Outcome.UNDER_WARRANTY, "2025-06-01"),
    ("chosen_term_unknown", UNKNOWN, Outcome.NEEDS_REVIEW, "2030-06-01"),
    ("chosen_works", WORKS, Outcome.NOT_YET_ACCEPTED, "2021-04-01"),
    ("chosen_expired", EXPIRED, Outcome.EXPIRED, "2024-02-01"),
]
LOST = [
    ("carve_out_other_days", [replace(DIG, covers=False, to_on=date(2024, 4, 30))], "2024-04-30"),
    ("carve_out_other_days", [replace(DIG, covers=False, from_on=date(2024, 6, 1))], "2024-06-01"),
    ("another_carve_out", [DIG, replace(DIG, from_on=date(2024, 3, 1))], ""),
    ("gave_way_to_carve_out", [DIG, WARRANTY], ""),
    ("no_term", [TERMLESS], "2022-06-01"),
    ("signed_later", [replace(other(WORKS), from_on=date(2024, 9, 1), signed_on=date(2024, 9, 1))], "2024-09-01"),
    ("accepted_later", [replace(other(WARRANTY), accepted_on=date(2024, 9, 1))], "2024-09-01"),
    ("terminated", [replace(other(WORKS), to_on=date(2023, 2, 28))], "2023-03-01"),
    ("term_later", [replace(other(WARRANTY), from_on=date(2024, 9, 1))], "2024-09-01"),
    ("term_bound_passed", [replace(other(UNKNOWN), ends_on=date(2024, 4, 30))], "2024-04-30"),
    ("ended", [WARRANTY, replace(EXPIRED, contract_id=2)], "2024-02-01"),
    ("signed_earlier", [WORKS, replace(WORKS, contract_id=2, signed_on=date(2020, 4, 1))], "2020-04-01"),
    ("works_give_way", [WARRANTY, replace(WORKS, contract_id=2)], "2021-04-01"),
    ("accepted_same_day", [WARRANTY, SAME_DAY], "2022-06-01"),
    ("accepted_earlier", [WARRANTY, EARLIER], "2021-06-01"),
]


def sentence(answer: Answer, position: int, language: str) -> str:
    """All that is said about one candidate."""
    why = answer.why[position]
    return "; ".join(say(key, language, why.params) for key in why.sentences)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "candidate", "outcome", "fact"), CHOSEN, ids=[row[0] for row in CHOSEN])
def test_the_chosen_candidate_is_said_with_its_fact(
    code: str, candidate: Candidate, outcome: Outcome, fact: str, language: str
) -> None:
    answer = explain([candidate], DAY)
    assert (answer.outcome, answer.chosen, answer.why[0].code) == (outcome, candidate, code)
    assert fact in sentence(answer, 0, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "candidates", "fact"), LOST, ids=[f"{row[0]}-{row[2]}" for row in LOST])
def test_a_loser_is_told_why_with_the_fact_that_decided(
    code: str, candidates: list[Candidate], fact: str, language: str
) -> None:
    answer = explain(candidates, DAY)
    assert (answer.why[-1].verdict, answer.why[-1].code) == (Verdict.LOST, code)
    said = sentence(answer, -1, language)
    assert fact in said
    assert "{" not in said
    assert "None" not in said


def test_every_sentence_of_a_verdict_is_in_these_tables() -> None:
    told = {f"why.{row[0]}" for row in CHOSEN} | {f"why.{row[0]}" for row in LOST} | {"why.extended"}
    assert {key for key in catalogue("en") if key.startswith("why.")} == told


def test_the_first_that_covers_is_the_answer_whatever_comes_after() -> None:
    answer = explain([other(WARRANTY), WORKS, EXPIRED], DAY)
    assert answer.chosen == WORKS


def test_nobody_answers_where_nothing_covers_the_day() -> None:
    answer = explain([TERMLESS], DAY)
    assert (answer.outcome, answer.chosen, answer.days_left) == (Outcome.NO_WARRANTY, None, None)


def test_an_accepted_contract_without_a_term_says_so_rather_than_that_its_works_are_over() -> None:
    over = replace(WORKS, covers=False, to_on=date(2022, 5, 31))
    assert [why.code for why in explain([over, TERMLESS], DAY).why] == ["no_term"]


def test_works_without_a_term_answer_while_they_are_under_way() -> None:
    answer = explain([WORKS, TERMLESS], DAY)
    assert [why.code for why in answer.why] == ["chosen_works"]


def test_a_contract_accepted_after_its_termination_speaks_of_the_acceptance() -> None:
    over = replace(WORKS, covers=False, to_on=date(2022, 1, 31))
    late = replace(WARRANTY, covers=False, accepted_on=date(2024, 9, 1), from_on=date(2024, 9, 1))
    assert [why.code for why in explain([late, over], DAY).why] == ["accepted_later"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("candidates", [[SUSPENDED], [WARRANTY, replace(SUSPENDED, contract_id=2)]])
def test_an_end_that_suspensions_moved_is_said_to_be_moved(candidates: list[Candidate], language: str) -> None:
    said = sentence(explain(candidates, DAY), -1, language)
    assert "2024-03-02" in said
    assert say("why.extended", language, {"extended_days": 30}) in said


@pytest.mark.parametrize(
    ("candidate", "days"),
    [
        (WARRANTY, 0),
        (SUSPENDED, 30),
        (UNKNOWN, 0),
        (WORKS, 0),
        (replace(WARRANTY, accepted_on=date(2024, 2, 29), ends_on=date(2027, 2, 28)), 0),
    ],
)
def test_days_past_the_anniversary_are_suspensions(candidate: Candidate, days: int) -> None:
    assert candidate.extended_days == days


@pytest.mark.parametrize(
    ("decided_on", "key", "in_english"),
    [
        (date(2024, 1, 30), "days.left", "days left: 2"),
        (date(2024, 2, 1), "days.left", "days left: 0"),
        (date(2024, 2, 2), "days.day_before", "ended the day before"),
        (date(2027, 1, 16), "days.before", "ended 1080 days before"),
    ],
)
def test_days_left_are_never_said_as_a_negative_number(decided_on: date, key: str, in_english: str) -> None:
    found = explain([EXPIRED], decided_on).days_sentence
    assert found is not None
    assert found[0] == key
    assert say(found[0], "en", found[1]) == in_english
    assert not [language for language in LANGUAGES if "-" in say(key, language, found[1])]


def test_an_unknown_term_has_no_days_left() -> None:
    answer = explain([UNKNOWN], DAY)
    assert (answer.reason, answer.likely_outcome) == (Reason.TERM_UNKNOWN, Outcome.UNDER_WARRANTY)
    assert (answer.days_left, answer.days_sentence) == (None, None)


def test_an_uncertain_place_comes_before_an_unknown_term() -> None:
    assert explain([UNKNOWN], DAY, Confidence.AMBIGUOUS).reason is Reason.AMBIGUOUS


def test_off_the_network_nothing_is_likely() -> None:
    answer = explain([], DAY, Confidence.OFF_NETWORK)
    assert (answer.outcome, answer.likely_outcome) == (Outcome.NEEDS_REVIEW, None)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [(None, Outcome.NO_WARRANTY), ("works", Outcome.NOT_YET_ACCEPTED), ("carve_out", Outcome.EXCLUDED)],
)
def test_a_neighbour_answers_by_its_kind(kind: str | None, outcome: Outcome) -> None:
    assert Neighbour(kind, 1, "2021-1", PAVER, 1.5).outcome is outcome
