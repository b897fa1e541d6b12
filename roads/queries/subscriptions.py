"""What followers are told, and whether there are any."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.subscriptions import News, NewsKind
from roads.i18n import LANGUAGES
from roads.sql import statement


def has_subscriptions(session: Session) -> bool:
    """Whether anybody follows anything, or asked to."""
    return bool(session.scalar(text("SELECT EXISTS (SELECT FROM subscription)")))


def news_of_notices(session: Session, notices: Sequence[int]) -> Mapping[int, Sequence[News]]:
    """What each of these mails tells, in the order in which it happened."""
    if not notices:
        return {}
    rows = session.execute(statement("news_of_notices"), {"notices": list(notices)})
    return {notice: [_news(row) for row in of_one] for notice, of_one in groupby(rows, attrgetter("notice_id"))}


def _news(row: Any) -> News:
    return News(
        kind=NewsKind(row.kind),
        thing=row.thing,
        happened_on=row.happened_on,
        road=row.reference,
        names=_by_language(row, "name"),
        from_cm=row.from_cm,
        distress=_by_language(row, "distress"),
        contract=row.contract,
        contractor=row.contractor,
        segment_id=row.segment_id,
        contract_id=row.contract_id,
        report=row.report,
    )


def _by_language(row: Any, name: str) -> dict[str, str]:
    found = {language: getattr(row, f"{name}_{language}") for language in LANGUAGES}
    return {language: words for language, words in found.items() if words}
