"""The templates of pages, read once for each language."""

import pytest
from jinja2 import Environment, UndefinedError
from markupsafe import Markup, escape

from api.pages import templates
from api.pages.templates import templates_in
from roads.i18n import LANGUAGES, say


def render(source: str, language: str) -> str:
    return templates_in(language).from_string(source).render(key="site.name", hostile="<b>{x}", safe=Markup("<i>"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_the_same_when_it_is_written_in_and_when_it_is_asked(language: str) -> None:
    written, asked, told = render('{{ say("site.name") }}|{{ say(key) }}|{{ language }}', language).split("|")
    assert (written, asked, told) == (escape(say("site.name", language)), written, language)


def test_a_sentence_without_facts_costs_a_page_nothing() -> None:
    environment = templates_in("ru")
    source = environment.overlay().preprocess('<p>{{ say("site.name") }}</p>')
    assert source == f"<p>{say('site.name', 'ru')}</p>"


def test_a_sentence_that_nobody_wrote_is_found_when_the_template_is_read() -> None:
    with pytest.raises(KeyError):
        render('{% if false %}{{ say("site.nothing") }}{% endif %}', "en")


def test_what_would_be_markup_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "say", lambda *_: "<b> {{ key }} {% raw %}")
    assert render('{{ say("site.name") }}', "kk") == "&lt;b&gt; {{ key }} {% raw %}"


def test_what_is_printed_is_escaped_once() -> None:
    source = (
        "{% macro told(words) %}<p>{{ words }}</p>{% endmacro %}{{ hostile }}{{ safe }}{{ told(hostile) }}{{ 1 > 0 }}"
    )
    assert render(source, "en") == "&lt;b&gt;{x}<i><p>&lt;b&gt;{x}</p>True"


def test_what_is_put_together_is_escaped_when_it_is_printed() -> None:
    assert render('{{ "<" ~ hostile ~ 1 ~ safe }}', "en") == "&lt;&lt;b&gt;{x}1&lt;i&gt;"


def test_calls_take_what_they_are_given() -> None:
    source = "{% macro pair(a, b) %}{{ a }}{{ b }}{{ caller() if caller is defined }}{% endmacro %}"
    assert (
        render(source + "{{ pair(1, b=2) }}{{ pair(*[3, 4]) }}{% call pair(5, 6) %}!{% endcall %}", "en") == "123456!"
    )


@pytest.mark.parametrize(
    "source", ["{{ nothing }}", "{{ named(nothing) }}", "{{ words.say(nothing) }}", "{{ nothing() }}"]
)
def test_what_nobody_gave_is_an_error(source: str) -> None:
    with pytest.raises(UndefinedError):
        render(source, "en")


def test_every_template_is_read_in_every_language() -> None:
    for language in LANGUAGES:
        environment: Environment = templates_in(language)
        names = environment.list_templates(extensions=["html"])
        assert "base.html" in names
        for name in names:
            assert environment.get_template(name).name == name
