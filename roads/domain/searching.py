"""How a road is found by what somebody types, on whatever keyboard they have.

Letters that look alike or stand for each other are the same: a Latin `A` and a Cyrillic `А`, and each Kazakh letter and
the Russian one people write without a Kazakh keyboard. Capitals, dashes and spaces do not matter, nor does the order
of the words.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

MOST_WORDS = 8
"""More words than a road's name has; each of them is looked for in every road."""

_SAME = ("аәa", "вb", "бb", "гғ", "еёe", "иі", "іi", "кқk", "мm", "нңh", "оөo", "рp", "сc", "тt", "уұүy", "хһx", "зz")
_SEPARATORS = r"(?:[^\w|]|_)*"
"""What may stand between a letter and a digit. Names are joined by a bar: nothing is found across it."""


def search_patterns(words: str) -> list[str]:
    """A regular expression for each word somebody typed; a road is found if every one matches one of its names.

    They hold nothing that was typed but letters and digits. Empty when nothing else was typed.
    """
    found = (_pattern(word) for word in words.split())
    return [pattern for pattern in found if pattern][:MOST_WORDS]


def is_found(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Whether every pattern matches one of the names, as the database would say; nothing is found by no pattern."""
    joined, sought = "|".join(names), list(patterns)
    return bool(sought) and all(re.search(pattern, joined) for pattern in sought)


def _pattern(word: str) -> str:
    characters = [None if not character.isalnum() else character for character in word]
    parts: list[str] = []
    for before, character in pairwise([None, *characters]):
        if character is None:
            continue
        # A-4, A 4 and A4 are one reference.
        if parts and (before is None or before.isdigit() != character.isdigit()):
            parts.append(_SEPARATORS)
        parts.append(_class(character))
    return "".join(parts)


def _class(character: str) -> str:
    alike = {character, *(other for group in _SAME if character.lower() in group for other in group)}
    both = sorted({form for one in alike for form in (one, one.lower(), one.upper()) if len(form) == 1})
    return re.escape(both[0]) if len(both) == 1 else f"[{''.join(both)}]"
