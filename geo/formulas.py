"""Words that a spreadsheet would take for a formula, and run."""

import re
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With these a spreadsheet begins to reckon."""
_NUMBER = re.compile(r"[+-][0-9]+([.,][0-9]+)?")


def guarded(word: Any) -> Any:
    """What a cell of a CSV may hold: words that a spreadsheet would reckon with get an apostrophe before them.

    A number with its sign is a number, also where it stands as words.
    """
    is_formula = isinstance(word, str) and word.startswith(FORMULA) and not _NUMBER.fullmatch(word)
    return f"'{word}" if is_formula else word
