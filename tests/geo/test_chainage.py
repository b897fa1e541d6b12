"""How chainage is written and read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.chainage import LARGEST_CM, format_chainage, format_cm, from_cm, parse_chainage, to_cm
from geo.errors import ChainageError


@pytest.mark.parametrize(
    ("words", "metres"),
    [
        ("212+600", "212600"),
        (" 212 + 600 ", "212600"),
        ("212+600.55", "212600.55"),
        ("212600", "212600"),
        ("212600.5", "212600.5"),
        ("212600 м", "212600"),
        ("км 212+600", "212600"),
        ("KM 212+600", "212600"),
        ("км 212,600", "212600"),
        ("km 212.6", "212600"),
        ("км 212", "212000"),
        ("ПК 2126+00", "212600"),
        ("PK2126+45.5", "212645.5"),
        ("пк 2126", "212600"),
        ("0+000", "0"),
        ("-0+950", "-950"),
        ("-12.5", "-12.5"),
    ],
)
def test_chainage_is_understood_as_engineers_write_it(words: str, metres: str) -> None:
    assert parse_chainage(words) == Decimal(metres)


@pytest.mark.parametrize("words", ["212,6", "212,600", "км 212,6", "км 212,6000", "ПК 2126,5", "1,5 м"])
def test_a_comma_that_may_be_a_decimal_or_a_thousand_is_refused(words: str) -> None:
    with pytest.raises(ChainageError) as refused:
        parse_chainage(words)
    assert (refused.value.code, refused.value.value) == ("decimal_comma", words)


@pytest.mark.parametrize(
    "words",
    ["", "start", "212+60", "212+6000", "ПК 2126+5", "nan", "inf", "1e5", "٢١٢+٦٠٠", "212+600+1", "--5", "+5", "1_000"],
)
def test_what_is_no_chainage_is_refused(words: str) -> None:
    with pytest.raises(ChainageError) as refused:
        parse_chainage(words)
    assert refused.value.code == "not_a_chainage"


def test_a_chainage_longer_than_any_road_is_refused() -> None:
    assert to_cm(parse_chainage("21474836.46")) == LARGEST_CM
    with pytest.raises(ChainageError) as refused:
        parse_chainage("21474836.47")
    assert refused.value.code == "chainage_too_large"


@given(st.integers(-(10**6), 10**7))
def test_whole_metres_survive_writing_and_reading(metres: int) -> None:
    assert parse_chainage(format_chainage(Decimal(metres))) == metres


@given(st.integers(-LARGEST_CM, LARGEST_CM))
def test_centimetres_survive_becoming_metres(centimetres: int) -> None:
    assert to_cm(from_cm(centimetres)) == centimetres
    assert to_cm(parse_chainage(str(from_cm(centimetres)))) == centimetres


@pytest.mark.parametrize(
    ("metres", "written"),
    [("212600.4", "212+600"), ("212600.5", "212+601"), ("999.5", "1+000"), ("5", "0+005"), ("-0.4", "0+000")],
)
def test_chainage_is_shown_to_the_nearest_metre(metres: str, written: str) -> None:
    assert format_chainage(Decimal(metres)) == written


@pytest.mark.parametrize(("metres", "centimetres"), [("0.005", 1), ("0.0049", 0), ("-0.005", -1), ("12.345", 1235)])
def test_the_nearest_centimetre_is_stored(metres: str, centimetres: int) -> None:
    assert to_cm(Decimal(metres)) == centimetres


@given(st.integers(-LARGEST_CM, LARGEST_CM))
def test_centimetres_are_written_as_their_metres_are(centimetres: int) -> None:
    assert format_cm(centimetres) == format_chainage(from_cm(centimetres))
