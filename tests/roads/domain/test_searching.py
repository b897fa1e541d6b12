"""A road is found by what people type."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.domain.searching import search_patterns


def finds(typed: str, *names: str) -> bool:
    """As the database asks: every pattern matches one of the names."""
    patterns = search_patterns(typed)
    return bool(patterns) and all(re.search(pattern, "|".join(names)) for pattern in patterns)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("абай", "Абай даңғылы"),
        ("АБАЙ", "проспект Абая Абай"),
        ("кабанбай", "Қабанбай батыр көшесі"),
        ("отеген", "Өтеген батыр"),
        ("толе би", "Төле би көшесі"),
        ("би толе", "Төле би көшесі"),
        ("abay", "Abay Avenue"),
        ("А4", "A-4"),
        ("а 4", "A-4"),
        ("a-4", "А-4"),
        ("KAZ18-13", "KAZ1813"),
        ("Р-1", "P-1"),
    ],
)
def test_a_road_is_found_on_any_keyboard(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"), [("абай", "Сатпаев көшесі"), ("a5", "A-4"), ("абай улица", "проспект Абая")]
)
def test_another_road_is_not_found(typed: str, name: str) -> None:
    assert not finds(typed, name)


@pytest.mark.parametrize("typed", ["", "   ", "-", "%_", ".*", "()[]\\"])
def test_where_no_letter_was_typed_nothing_is_looked_for(typed: str) -> None:
    assert search_patterns(typed) == []


@given(st.text(st.characters(exclude_characters="|"), max_size=60))
def test_whatever_is_typed_makes_lawful_patterns_that_find_it(typed: str) -> None:
    patterns = search_patterns(typed)
    assert all(re.search(pattern, typed) for pattern in patterns)


def test_a_long_question_is_cut() -> None:
    assert len(search_patterns("а " * 500)) == 8
