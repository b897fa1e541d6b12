"""What was issued keeps its facts; where another answer stands by now, the claim says so, and people are told once."""

from datetime import date

from sqlalchemy.orm import Session

from roads.domain.actors import Actor, Permission
from roads.domain.claims import Action
from roads.sql import statement
from roads.usecases.acting import acts


def note_changed_lines(session: Session, actor: Actor, *, today: date) -> int:
    """Tell of every issued line for which something else stands than was told last; gives how many.

    Amendments, late acceptances, carve-outs and corrections of defects bring it about. A withdrawn line is past.
    """
    actor.require(Permission.RUN_JOBS)
    acts(session, actor, Action.CHANGED_SINCE.value, today=today)
    told = session.execute(statement("note_changed_lines"), {"on": today, "person": actor.name, "line_ids": None})
    return int(told.one().lines)
