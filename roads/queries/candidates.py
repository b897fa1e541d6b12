"""Rows of `explain_place` as candidates of the explanation."""

from typing import Any

from roads.domain.explanation import Candidate, Party


def candidate(row: Any) -> Candidate:
    """One row (attributes named as the statement's columns) as a candidate."""
    party = Party(row.liable, row.liable_bin) if row.liable else None
    if row.contractor:
        party = Party(row.contractor, row.contractor_bin)
    return Candidate(
        kind=row.kind,
        covers=row.covers,
        from_on=row.from_on,
        to_on=row.to_on,
        contract_id=row.contract_id,
        number=row.number,
        kind_of_works=row.kind_of_works,
        signed_on=row.signed_on,
        party=party,
        accepted_on=row.accepted_on,
        months=row.months,
        term_from=row.term_origin,
        ends_on=row.ends_on,
        term_confirmed=row.term_confirmed,
    )
