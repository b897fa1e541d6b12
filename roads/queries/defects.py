"""The distress catalogue: which types of defect there are, and the element of the road each belongs to."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from roads.domain.warranty import Element
from roads.models import Distress


def distress_catalogue(session: Session) -> dict[str, Element]:
    """Element by code, in order of code."""
    rows = session.execute(select(Distress.code, Distress.element).order_by(Distress.code))
    return {code: Element(element) for code, element in rows}
