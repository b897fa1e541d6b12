"""Sentences for people, in Kazakh, Russian and English: one catalogue for each language and subject in roads/locale."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po

LANGUAGES = ("kk", "ru", "en")
FALLBACK = "en"
_TURNING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
MOST_WISHES = 20
"""So many languages a reader may wish for; a header can hold ten thousand, and sorting them is work for nobody."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All sentences of a language by their key, such as `outcome.expired`. Errors: KeyError for no such language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    sentences: dict[str, str] = {}
    for file in sorted(files("roads").joinpath("locale", language).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".po"):
            for message in read_po(BytesIO(file.read_bytes()), locale=language):
                if message.id and message.string:
                    sentences[str(message.id)] = str(message.string)
    return sentences


def say(key: str, language: str = FALLBACK, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a key with its facts filled in. Errors: KeyError for a sentence that nobody wrote."""
    return catalogue(language)[key].format_map(dict(params or {}))


def source_in(language: str, source: str) -> str:
    """Where a rule comes from: in a language where it is among the sources we know, else as it was stated."""
    return catalogue(language).get(f"source.{source}", source)


def unturned(words: str) -> str:
    """Words without the invisible marks that turn the direction of writing.

    Where nothing isolates what a person wrote (letters, mails, feeds), it would turn the words around it.
    """
    return words.translate(_TURNING)


def choose_language(accepted: str | None, offered: tuple[str, ...] = LANGUAGES) -> str:
    """The best offered language for an Accept-Language header; the first offered when none fits."""
    wishes = []
    for position, part in enumerate((accepted or "").split(",", MOST_WISHES)[:MOST_WISHES]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        wishes.append((-weight, position, tag.strip().lower().split("-")[0]))
    return next((tag for weight, _, tag in sorted(wishes) if tag in offered and weight < 0), offered[0])
