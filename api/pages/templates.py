"""The templates of pages, read once for each language.

A sentence without facts is the same on every page of a language: it is written into the template when that is read, and
costs a page nothing. A page has a hundred of them.
"""

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from markupsafe import Markup, escape

from api.pages.words import isolated, named, words_in
from geo.chainage import format_chainage, format_cm
from maps.samples import sample
from roads.i18n import say

SECTIONS = (
    ("map/status", "site.maps"),
    ("ask", "ask.title"),
    ("indicators", "indicators.title"),
    ("contractors", "contractors.title"),
    ("regions", "regions.title"),
    ("report", "site.report"),
)
"""What the bar on top leads to: the path below the language, and what it is called."""
_SENTENCE = re.compile(r'\{\{ say\("([\w.]+)"\) \}\}')


class SaidWhenRead(Extension):
    """Writes the language, and what is said in it without facts, into the source of a template."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """The source with its sentences, escaped. Errors: KeyError for a sentence that nobody wrote."""
        language = str(self.environment.globals["language"])
        told = _SENTENCE.sub(lambda match: _written(say(match[1], language)), source)
        return told.replace("{{ language }}", language)


class PlainCode(CodeGenerator):
    """Python code of templates in which a call is a call, and what is escaped already is not looked at again.

    Jinja asks of each thing called whether it wants the template's context, and writes all it prints anew: a third of
    what a page of facts takes. Nothing our templates call wants the context, and what they put together by `~` are
    words: markup in them is text.
    """

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 - Jinja's
        """A call with its arguments in their order."""
        if forward_caller or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for number, given in enumerate((*node.args, *node.kwargs)):
            if number:
                self.write(", ")
            self.visit(given, frame)
        self.write(")")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's
        """Words, one after the other."""
        self.write('"".join((')
        for one in node.nodes:
            self.write("str(")
            self.visit(one, frame)
            self.write("), ")
        self.write("))")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:  # noqa: ARG002
        self.write("(said if (said := ")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:  # noqa: ARG002
        self.write(").__class__ is Markup else escape(said))")


class Templates(Environment):
    """Templates that become plain code."""

    code_generator_class = PlainCode


@cache
def templates_in(language: str) -> Environment:
    """The templates in a language. In them `language` is known, and how it says things: `say(key, facts)` and
    `words`."""
    environment = Templates(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
        extensions=[SaidWhenRead],
    )

    words = words_in(language)

    def speak(key: str, params: Mapping[str, object] | None = None) -> str:
        return say(key, language, params) if params else words.say(key)

    environment.globals |= {
        "language": language,
        "sections": [(Markup(path), words.say(key)) for path, key in SECTIONS],  # noqa: S704 - our own paths
        "say": speak,
        "words": words,
        "named": named,
        "isolated": isolated,
        "sample": sample,
        "format_chainage": format_chainage,
        "format_cm": format_cm,
    }
    return environment


def _written(sentence: str) -> str:
    # What would be markup of templates is printed as text.
    return "{{ " + repr(sentence) + " }}" if "{" in sentence else str(escape(sentence))
