"""How single cells are read."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadValue
from roads.domain.fields import check_bin, fold_reference, parse_date, parse_number, parse_whole, parse_yes_no


def code(read: object, words: str) -> str:
    assert callable(read)
    with pytest.raises(BadValue) as refused:
        read(words)
    assert refused.value.value == words
    return refused.value.code


@pytest.mark.parametrize(
    "words", ["2024-02-29", "29.02.2024", " 2024-02-29 ", "2024-02-29T00:00:00", "2024-02-29 00:00"]
)
def test_days_are_read_in_two_ways(words: str) -> None:
    assert parse_date(words) == date(2024, 2, 29)


@pytest.mark.parametrize("words", ["", "29/02/2024", "2023-02-29", "2024-2-9", "1.2.2024", "2024-02-29 10:00", "45352"])
def test_what_is_no_day_is_refused(words: str) -> None:
    assert code(parse_date, words) == "not_a_date"


@given(st.dates())
def test_every_day_survives_both_ways_of_writing(day: date) -> None:
    assert parse_date(day.isoformat()) == parse_date(f"{day.day:02}.{day.month:02}.{day.year:04}") == day


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("12.50", "12.50"),
        ("-3", "-3"),
        ("1 234 567.89", "1234567.89"),
        ("1\N{NO-BREAK SPACE}000", "1000"),
        ("1e3", "1000"),
    ],
)
def test_numbers_have_a_decimal_point_and_may_be_parted_in_thousands(words: str, number: str) -> None:
    assert parse_number(words) == Decimal(number)


@pytest.mark.parametrize("words", ["nan", "NaN", "inf", "-Infinity", "", "12 34", "1_000", "0x10", "five", "1e999"])
def test_what_is_no_number_is_refused(words: str) -> None:
    assert code(parse_number, words) == "not_a_number"


@pytest.mark.parametrize("words", ["12,5", "1,234", "-0,5"])
def test_a_decimal_comma_is_not_guessed_at(words: str) -> None:
    assert code(parse_number, words) == "decimal_comma"


def test_whole_numbers() -> None:
    assert parse_whole("36") == parse_whole("36.0") == 36
    assert code(parse_whole, "36.5") == "not_a_whole_number"


def test_yes_and_no_in_three_languages() -> None:
    assert [parse_yes_no(words) for words in ("yes", "Да", "иә", "1")] == [True] * 4
    assert [parse_yes_no(words) for words in ("no", "НЕТ", "жоқ", "0")] == [False] * 4
    assert code(parse_yes_no, "maybe") == "not_yes_or_no"


def with_check_digit(root: str) -> str | None:
    """The official rule, written once more and plainly."""
    first = (
        sum(int(digit) * weight for digit, weight in zip(root, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], strict=True)) % 11
    )
    second = (
        sum(int(digit) * weight for digit, weight in zip(root, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2], strict=True)) % 11
    )
    found = first if first < 10 else second
    return f"{root}{found}" if found < 10 else None


@given(st.integers(10**6, 10**11 - 1).map(lambda number: f"{number:011}"))
def test_a_bin_holds_only_with_its_own_check_digit(root: str) -> None:
    lawful = with_check_digit(root)
    for digit in "0123456789":
        number = root + digit
        if number == lawful:
            assert check_bin(number) == (number, False)
        else:
            assert code(check_bin, number) == "bin_check_digit"


def test_lost_leading_zeros_are_put_back_only_if_the_check_digit_then_holds() -> None:
    lawful = next(found for month in range(1, 13) if (found := with_check_digit(f"00{month:02}4000012")))
    assert lawful.startswith("00")
    assert check_bin(lawful.lstrip("0")) == (lawful, True)
    wrong = str(int(lawful) + 1)
    assert code(check_bin, wrong) == "bin_check_digit"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("94014000O385", "bin_has_letters"),
        ("", "bin_has_letters"),
        ("12345678", "bin_length"),
        ("9401400003851", "bin_length"),
        ("000000000000", "bin_check_digit"),
    ],
)
def test_what_is_no_bin_is_refused(words: str, problem: str) -> None:
    assert code(check_bin, words) == problem


@pytest.mark.parametrize("words", ["А 4", "А-4", "a-4", "A – 4", " A  4 ", "A_4", "а\N{NON-BREAKING HYPHEN}4"])
def test_a_reference_is_one_however_it_is_typed(words: str) -> None:
    assert fold_reference(words) == "A-4"


@pytest.mark.parametrize(
    ("words", "folded"),
    [("KZ04-02", "KZ04-02"), ("КАЗ01", "КАЗ01"), ("М-36", "M-36"), ("Р 25", "P-25"), ("БАКАД", "БАКАД"), ("", "")],
)
def test_only_words_of_look_alike_letters_become_latin(words: str, folded: str) -> None:
    assert fold_reference(words) == folded


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(words: str) -> None:
    assert fold_reference(fold_reference(words)) == fold_reference(words)
