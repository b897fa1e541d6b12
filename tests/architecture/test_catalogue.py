"""Every sentence a person may meet is written in Kazakh, Russian and English, and says the same facts in each."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from roads.i18n import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "roads", "api", "maps", "jobs", "seed")

# Where calls that make a remark take its code: the position of the argument.
CODE_AT = {
    "FieldError": 0,
    "BadValue": 0,
    "ChainageError": 0,
    "NotThere": 1,
    "note": 1,
    "Row": 2,
    "_Record": 2,
    "Remark": 3,
    "remark": 3,
    "_refuse_handover": 1,
    "_refuse": 2,
}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in our code, by the last word of what is called."""
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield str(getattr(node.func, "id", None) or getattr(node.func, "attr", "")), node


def words(node: ast.expr) -> Iterator[str]:
    """The words an argument may be, where it is written out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from words(node.body)
        yield from words(node.orelse)


def remark_codes() -> set[str]:
    found: set[str] = set()
    for name, call in calls():
        # Ledger.refuse takes row, field, value and code, Cells.refuse knows its row and takes field and code.
        at = (3 if len(call.args) > 3 else 1) if name == "refuse" else CODE_AT.get(name)
        if at is not None and len(call.args) > at:
            found.update(words(call.args[at]))
        found.update(word for keyword in call.keywords if keyword.arg == "code" for word in words(keyword.value))
    return {code for code in found if re.fullmatch(r"[a-z][a-z0-9_]+", code)}


def problems_of(error: str) -> set[str]:
    """The problems with which an error is raised."""
    return {
        word
        for name, call in calls()
        if name == error
        for keyword in call.keywords
        if keyword.arg == "problem"
        for word in words(keyword.value)
    }


def messages(language: str) -> Iterator[tuple[Path, Message]]:
    for path in sorted((ROOT / "roads" / "locale" / language).glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale=language):
            if message.id:
                yield path, message


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_sentence_stands_in_every_language() -> None:
    keys = {language: set(catalogue(language)) for language in LANGUAGES}
    everywhere = set.union(*keys.values())
    missing = {language: sorted(everywhere - found) for language, found in keys.items() if everywhere - found}
    assert missing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_doubtful_or_written_twice(language: str) -> None:
    found = list(messages(language))
    assert [str(m.id) for _, m in found if not m.string or m.fuzzy] == []
    counted = Counter(str(message.id) for _, message in found)
    assert [key for key, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_language_names_the_same_facts(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    differing = [key for key in english if placeholders(english[key]) != placeholders(other.get(key, ""))]
    assert differing == []


def test_the_languages_are_not_copies_of_each_other() -> None:
    """A sentence left in another language is a sentence nobody translated."""
    cyrillic = re.compile(r"[Ѐ-ӿ]")
    native_names = {f"site.language.{language}" for language in LANGUAGES}
    english = catalogue("en").items()
    assert [key for key, said in english if cyrillic.search(said) and key not in native_names] == []
    for language in ("kk", "ru"):
        sentences = {key: re.sub(r"{.*?}", "", said) for key, said in catalogue(language).items()}
        latin = {key for key, said in sentences.items() if re.search(r"[a-z]{3}", said, re.IGNORECASE)}
        assert [key for key in latin - native_names if not cyrillic.search(sentences[key])] == []


def test_every_remark_has_its_sentences() -> None:
    codes = remark_codes()
    assert {"cell_missing", "not_a_chainage", "unknown_road", "bin_check_digit", "broken_quotes"} <= codes
    known = set(catalogue("en"))
    # A value of the command line is no row: its code becomes that of an unusable file.
    codes -= {code for code in codes if f"error.unusable_file.{code}" in known and f"problem.{code}" not in known}
    assert sorted(code for code in codes if {f"problem.{code}", f"remedy.{code}"} - known) == []


def test_every_unusable_file_and_database_has_its_sentence() -> None:
    known = set(catalogue("en"))
    assert sorted(p for p in problems_of("UnusableFile") if f"error.unusable_file.{p}" not in known) == []
    assert sorted(p for p in problems_of("DatabaseUnusable") if f"error.database.{p}" not in known) == []


def test_no_remark_is_written_for_nobody() -> None:
    written = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {key.partition(".")[2] for key in catalogue("en") if key.startswith("remedy.")}
    assert sorted(codes - written) == []
