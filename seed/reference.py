"""Reference rows from `seed/data`: regions, the distress catalogue, terms, deadlines, the working-day calendar.

They are public facts that production needs as well; `seed/data/README.md` says where each comes from.
"""

from pathlib import Path

from sqlalchemy.orm import Session

from geo.tables import Row, read_table
from roads.domain import rules
from roads.domain.actors import Actor
from roads.domain.remarks import Action, Remark, Say, Totals
from roads.usecases.reference import LoadReference, load_reference
from seed.errors import ShippedRowRefused

DATA = Path(__file__).parent / "data"
RULES = ("term_rules.csv", "deadline_rules.csv", "calendar.csv")
NAMES = ("name_kk", "name_ru", "name_en", "source")


def reference_rows() -> LoadReference:
    """All reference rows as the files have them."""
    return LoadReference(
        regions=[
            row.values for row in rows_of("regions.csv", "kato", *NAMES, "plate_code", "winter_from", "winter_to")
        ],
        distresses=[row.values for row in rows_of("distress.csv", "code", *NAMES, "element", "measured_in")],
        rules=[rows_of(name, *rules.REQUIRED_COLUMNS, known=rules.OTHER_COLUMNS) for name in RULES],
    )


def load_shipped(session: Session, actor: Actor) -> Totals:
    """Load the reference rows that made-up rows stand on. Errors: ShippedRowRefused."""
    return load_reference(session, actor, reference_rows(), demand_all("reference"))


def demand_all(file: str) -> Say:
    """Hears remarks on rows that ship with the system. Errors: ShippedRowRefused for one that was set aside."""

    def say(remark: Remark) -> None:
        if remark.action is Action.SET_ASIDE:
            raise ShippedRowRefused(file=file, row=remark.row, problem=f"{remark.field}: {remark.code}")

    return say


def rows_of(name: str, *required: str, known: tuple[str, ...] = ()) -> list[Row]:
    """The rows of a shipped file; the largest has some two hundred."""
    return [row for chunk in read_table(DATA / name, required=required, known=known) for row in chunk]
