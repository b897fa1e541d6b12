"""Layers for export leave out what was a mistake."""

from datetime import date

import pytest
from sqlalchemy import Engine, text

from roads.db import transaction
from roads.queries.layers import layer
from tests.claims import make_scene


def exported(engine: Engine, name: str) -> set[str]:
    """The ids of the defects in a layer."""
    with transaction(engine) as session:
        made = layer(session, name)
        column = list(made.columns).index("external_id")
        return {str(row[column]) for batch in made.batches for row in batch}


@pytest.mark.parametrize("name", ["defects", "attributions"])
def test_withdrawn_and_repeated_defects_are_left_out(database: Engine, name: str) -> None:
    with transaction(database) as session:
        scene = make_scene(session)
        for number, external_id in enumerate(("kept", "withdrawn", "repeated")):
            scene.defect(1000 * (number + 1), external_id=external_id)
    assert exported(database, name) == {"kept", "withdrawn", "repeated"}
    with transaction(database) as session:
        withdrawn = (
            "UPDATE defect SET withdrawn_on = :on, withdrawn_reason = 'none there' WHERE external_id = 'withdrawn'"
        )
        session.execute(text(withdrawn), {"on": date(2024, 6, 4)})
        repeated = (
            "UPDATE defect SET merged_into_id = (SELECT id FROM defect WHERE external_id = 'kept')"
            " WHERE external_id = 'repeated'"
        )
        session.execute(text(repeated))
    assert exported(database, name) == {"kept"}
