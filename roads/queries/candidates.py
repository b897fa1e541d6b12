"""What rows mean to the explanation: candidates, the neighbouring answer, and what a road is called."""

from typing import Any

from roads.domain.explanation import Candidate, Neighbour, Party

LANGUAGES = ("ru", "kk", "en")
"""Where a road has no name in the reader's language, the first of these that has one."""


def candidate(row: Any) -> Candidate:
    """One row of `explain_place` (attributes named as its columns) as a candidate."""
    return Candidate(
        kind=row.kind,
        covers=row.covers,
        from_on=row.from_on,
        to_on=row.to_on,
        contract_id=row.contract_id,
        number=row.number,
        kind_of_works=row.kind_of_works,
        signed_on=row.signed_on,
        party=_party(row),
        accepted_on=row.accepted_on,
        months=row.months,
        term_from=row.term_origin,
        ends_on=row.ends_on,
        term_confirmed=row.term_confirmed,
    )


def neighbour(row: Any) -> Neighbour:
    """The row of `neighbours_of_place` as the nearest other answer."""
    return Neighbour(row.kind, row.contract_id, row.number, _party(row), row.distance_cm / 100)


def road_name(row: Any, language: str) -> str | None:
    """What a road is called: its reference, else its name in the reader's language, else in another one."""
    names = (getattr(row, f"name_{one}") for one in (language, *LANGUAGES))
    return row.reference or next((name for name in names if name), None)


def _party(row: Any) -> Party | None:
    if row.contractor:
        return Party(row.contractor, row.contractor_bin)
    return Party(row.liable, row.liable_bin) if row.liable else None
