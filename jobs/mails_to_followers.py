"""What those who follow something by e-mail are written: whether they want it, and what is new."""

from collections.abc import Iterator, Sequence

from babel import Locale

from geo.chainage import format_cm
from roads.domain.notices import NoticeKind
from roads.domain.subscriptions import News, NewsKind
from roads.letters.words import Words
from roads.usecases.notices import Taken

MOST_NEWS = 20
"""A mail names so many; the site has them all."""


def to_follower(notice: Taken, news: Sequence[News], words: Words, base_url: str) -> tuple[str, str]:
    """Subject and text of a mail to somebody who follows something. News in the order in which it happened."""
    page = f"{base_url}/{words.language}/subscriptions/{notice.subscription_key}"
    if notice.kind is NoticeKind.SUBSCRIPTION_ASKED:
        return words.say("mail.follow.asked"), words.say("mail.follow.confirm", address=page)
    told = [_told(one, words, base_url) for one in news[:MOST_NEWS]]
    if len(news) > MOST_NEWS:
        told.append(words.say("mail.follow.more", count=len(news) - MOST_NEWS, address=f"{base_url}/{words.language}/"))
    text = "\n\n".join([*told, words.say("mail.follow.end", address=page)])
    return _many("mail.follow.subject", len(news), words), text + "\n"


def _many(key: str, number: int, words: Words) -> str:
    return words.say(f"{key}.{Locale.parse(words.language).plural_form(number)}", number=number)


def _told(news: News, words: Words, base_url: str) -> str:
    return "\n".join(_lines(news, words, f"{base_url}/{words.language}"))


def _lines(news: News, words: Words, site: str) -> Iterator[str]:
    yield f"{words.short(news.happened_on)}. {_sentence(news, words)}"
    if news.contract and news.contractor:
        yield words.say("feed.answers", contractor=_plain(news.contractor), contract=_plain(news.contract))
    if news.kind is NewsKind.DECIDED and news.report:
        yield f"{site}/reports/{news.report}"
    elif news.kind is NewsKind.WARRANTY and news.contract_id:
        yield f"{site}/contracts/{news.contract_id}"
    elif news.segment_id:
        yield f"{site}/segments/{news.segment_id}"


def _sentence(news: News, words: Words) -> str:
    place = _place(news, words)
    detail = news.thing.partition(".")[2]
    if news.kind is NewsKind.DECIDED:
        return words.say("feed.decided", report=news.report or "-", state=words.say(f"report.state.{detail}"))
    if news.kind is NewsKind.WARRANTY:
        day = ".".join(reversed(detail.split("-")))
        return words.say("feed.warranty", place=place, day=day)
    what = news.distress.get(words.language) or words.say("report.some_defect")
    return words.say(f"feed.{news.kind}", what=what, place=place)


def _place(news: News, words: Words) -> str:
    name = news.road or news.names.get(words.language) or next(iter(news.names.values()), "")
    road = _plain(name) or words.say("page.nameless")
    return road if news.from_cm is None else f"{road} {format_cm(news.from_cm)}"


def _plain(name: str) -> str:
    """A name in one line and its own direction: what somebody typed must not look like words of ours."""
    return "".join(one if one.isprintable() else " " for one in name).strip()
