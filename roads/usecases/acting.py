"""Who is at work in a transaction: the ledger's triggers ask, and write it beside whatever is changed."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roads.domain.actors import Actor


def acts(session: Session, actor: Actor, deed: str, *, today: date | None = None) -> None:
    """From here to the end of the transaction, or to the next deed, changes are this actor's.

    Said by every use case that changes what the ledger watches, once it is allowed. Where nobody said it, the ledger
    names the login that is connected to the database.
    """
    said = {
        "roads.deed": deed,
        "roads.day": today.isoformat() if today else "",
        "roads.actor": actor.name,
        "roads.actor_role": actor.role or "",
        "roads.actor_organisation": "" if actor.organisation_id is None else str(actor.organisation_id),
    }
    session.execute(select(*(func.set_config(name, value, True) for name, value in said.items())))
