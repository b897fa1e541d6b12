"""Every page that the application has, by whom it is opened: what tests of all pages go through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maps.charts import CHARTS


@dataclass(frozen=True)
class Visit:
    """A page's path below the language, with names of facts in it; by whom it is opened, and what it answers."""

    path: str
    who: str = ""
    status: int = 200


def _of(who: str, *paths: str) -> list[Visit]:
    return [Visit(path, who) for path in paths]


PAGES: Mapping[str, Sequence[Visit]] = {
    "": _of("", ""),
    "ask": _of("", "ask", "ask?lat=50.0&lon=70.01&on={today}"),
    "here": _of("", "here?lat=50.0&lon=70.01", "here?lat=45&lon=60", "here?lat=x"),
    "search": _of("", "search", "search?q=А-77", "search?q=HYPERLINK", "search?q=nothing+of+the+kind"),
    "indicators": _of("", "indicators"),
    "overdue": _of("", "overdue"),
    "roads/{number}": [*_of("", "roads/{road}"), Visit("roads/999999", status=404)],
    "segments/{number}": _of("", "segments/{segment}", "segments/{grey}"),
    "contracts/{number}": _of("", "contracts/{contract}"),
    "contractors": _of("", "contractors"),
    "contractors/{number}": _of("", "contractors/{contractor}"),
    "regions": _of("", "regions"),
    "regions/{kato}": _of("", "regions/11"),
    "map/{name}": _of("", *(f"map/{name}" for name in CHARTS)),
    "data/": _of("", "data/"),
    "transparency": _of("", "transparency"),
    "report": [*_of("", "report", "report?lat=50.0&lon=70.05"), Visit("report?lat=north&lon=70", status=422)],
    "reports": [Visit("reports?code=%3Cb%3E", status=404)],
    "reports/{code}": [
        *_of("", "reports/{report}", "reports/{report_accepted}"),
        Visit("reports/ABCDE23456", status=404),
    ],
    "subscribe": _of("", "subscribe", "subscribe?road={road}", "subscribe?lat=50.0&lon=70.01"),
    "subscriptions/{key}": [Visit("subscriptions/0", status=404)],
    "not-fixed/{line}": _of("", "not-fixed/{line_verified}"),
    "letters/{code}": [*_of("", "letters/{letter}"), Visit("letters/0123456789abcdef0123", status=404)],
    "letters/{code}/read": _of("", "letters/{letter}/read?key=x"),
    "mail": _of("", "mail"),
    "mail/{name}": _of("", "mail/{mail}"),
    "sign-in": _of("", "sign-in"),
    "reset": _of("", "reset"),
    "reset/{secret}": [Visit("reset/guessed", status=404)],
    "account": _of("engineer", "account"),
    "desk": [*_of("engineer", "desk"), *_of("builder", "desk"), *_of("auditor", "desk")],
    "desk/defects/{defect}": _of("engineer", "desk/defects/{defect}"),
    "claims": [*_of("engineer", "claims"), *_of("builder", "claims")],
    "claims/{claim}": [
        *_of("engineer", *(f"claims/{{claim{one}}}" for one in ("", "_drafted", "_late", "_repaired"))),
        *_of("builder", "claims/{claim_issued}", "claims/{claim}"),
    ],
    "photos/{number}": _of("engineer", "photos/{photo}"),
    "field": _of("inspector", "field"),
    "desk/reports": _of("engineer", "desk/reports"),
    "desk/reports/{report}": _of("engineer", "desk/reports/{report_id}"),
    "desk/outbox": _of("administrator", "desk/outbox"),
    "administration": _of("administrator", "administration"),
    "administration/users": _of("administrator", "administration/users"),
    "administration/organisations": _of("administrator", "administration/organisations"),
    "administration/organisations/{number}": _of("administrator", "administration/organisations/{organisation}"),
    "administration/rules": _of("administrator", "administration/rules"),
}
"""What is opened of every page, by the path of its route below the language."""
NO_PAGES = {
    "feed.atom",
    "warranties.ics",
    "letters/{code}/open",
    "mail/{name}/{number}.pdf",
    "photos/{number}/view",
    "photos/{number}/original",
}
"""Below a language, too, and no pages."""
VISITS = [*(one for many in PAGES.values() for one in many), Visit("nowhere", status=404)]
