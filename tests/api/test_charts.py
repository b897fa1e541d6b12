"""Charts drawn on the server: their scales, and what is said of nothing."""

import re

import pytest

from api.charts import Bar, Interval, Point, bars, intervals, line, nice_top
from api.pages.words import Words

TICK = re.compile(r'<text class="tick[^>]*>([^<]*)</text>')


@pytest.mark.parametrize(("language", "said"), [("en", "7.5"), ("ru", "7,5"), ("kk", "7,5")])
def test_a_scale_is_written_as_the_language_does(language: str, said: str) -> None:
    written = Words(language).number
    assert said in TICK.findall(line("t", [Point("a", 1), Point("b", None), Point("c", 9)], 10, written))
    assert said in TICK.findall(bars("t", [Bar("a", 9)], written))
    assert said in TICK.findall(intervals("t", [Interval("a", 5, 1, 9)], written))


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (0.3, 0.5), (1, 1), (1.01, 2), (7.4, 10), (11, 20), (49, 50), (501, 1000)]
)
def test_a_scale_ends_on_a_round_number(highest: float, top: float) -> None:
    assert nice_top(highest) == pytest.approx(top)


def test_a_line_breaks_where_there_is_nothing_to_tell() -> None:
    path = re.search(r'class="line" d="([^"]*)"', line("t", [Point("", v) for v in (1, 2, None, 3)], 5, str))
    assert path
    assert re.sub(r"[^ML]", "", path[1]) == "MLM"


def test_what_is_written_in_a_chart_is_text() -> None:
    assert "<b>" not in bars("<b>", [Bar("<b>", 1, 1)], str) + intervals("<b>", [Interval("<b>", 1, 1, 1)], str)


def test_of_many_labels_every_other_gives_way_on_a_phone() -> None:
    few, many = (bars("t", [Bar(str(n), n) for n in range(count)], str) for count in (5, 24))
    assert (few.count("tick below other"), few.count("tick below")) == (0, 5)
    assert (many.count("tick below other"), many.count("tick below")) == (4, 8)
