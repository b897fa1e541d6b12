"""Organisations met in files: known by BIN, kept under the name they were first met with."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from roads.domain.cells import Ledger
from roads.domain.contracts import Named
from roads.domain.remarks import Action
from roads.models import Organisation


@dataclass(frozen=True, slots=True)
class Met:
    """An organisation as a row names it."""

    row: int
    named: Named


def store_organisations(session: Session, met: Iterable[Met], ledger: Ledger) -> dict[str, int]:
    """Ids by BIN; those not known yet are created. One met under another name keeps its first, and that is said.

    Without a name its BIN stands for it, until some row knows better.
    """
    listed = list(met)
    known = _known(session, {one.named.bin for one in listed})
    names = {number: name for number, (_, name) in known.items()}
    for one in listed:
        _name(one, names, ledger)
    _write(session, names, known)
    return {number: id_ for number, (id_, _) in _known(session, names).items()}


def _known(session: Session, bins: Iterable[str]) -> dict[str, tuple[int, str]]:
    rows = session.execute(
        select(Organisation.bin, Organisation.id, Organisation.name).where(Organisation.bin == func.any(list(bins)))
    )
    return {number: (id_, name) for number, id_, name in rows}


def _name(one: Met, names: dict[str, str], ledger: Ledger) -> None:
    """Settle under which name an organisation goes; say it where the row's is another."""
    number, name, field = one.named.bin, one.named.name, one.named.field
    if number not in names and name is None:
        ledger.remark(one.row, field, "", "organisation_without_name", Action.NOTED, bin=number)
    if names.setdefault(number, name or number) == number and name:
        names[number] = name
    if name and names[number] != name:
        ledger.remark(
            one.row, field, name, "organisation_named_otherwise", Action.NOTED, bin=number, known=names[number]
        )


def _write(session: Session, names: dict[str, str], known: dict[str, tuple[int, str]]) -> None:
    # In order of BIN: two imports that meet the same new organisations must not wait for each other in a circle.
    added = [{"bin": number, "name": names[number]} for number in sorted(names) if number not in known]
    if added:
        session.execute(insert(Organisation).on_conflict_do_nothing(index_elements=["bin"]), added)
    for number, (id_, name) in sorted(known.items()):
        if names[number] != name:
            session.execute(update(Organisation).where(Organisation.id == id_).values(name=names[number]))
