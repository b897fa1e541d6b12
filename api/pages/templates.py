"""The templates of pages, read once for each language.

A sentence without facts is the same on every page of a language: it is written into the template when that is read, and
costs a page nothing. A page has a hundred of them.
"""

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import escape

from roads.i18n import say

_SENTENCE = re.compile(r'\{\{ say\("([\w.]+)"\) \}\}')


class SaidWhenRead(Extension):
    """Writes the language, and what is said in it without facts, into the source of a template."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """The source with its sentences, escaped. Errors: KeyError for a sentence that nobody wrote."""
        language = str(self.environment.globals["language"])
        told = _SENTENCE.sub(lambda match: _written(say(match[1], language)), source)
        return told.replace("{{ language }}", language)


@cache
def templates_in(language: str) -> Environment:
    """The templates in a language; in them `language` is known, and `say(key, facts)`."""
    environment = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
        extensions=[SaidWhenRead],
    )

    def speak(key: str, params: Mapping[str, object] | None = None) -> str:
        return say(key, language, params)

    environment.globals |= {"language": language, "say": speak}
    return environment


def _written(sentence: str) -> str:
    # What would be markup of templates is printed as text.
    return "{{ " + repr(sentence) + " }}" if "{" in sentence else str(escape(sentence))
