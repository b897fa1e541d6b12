"""The tables, by subject: `from roads import models`, then `models.Carriageway`.

They are loaded when one is first asked for. Columns of geometry bring GeoAlchemy2, Shapely and NumPy along, which take
longer to load than many a process that keeps to the ledger of jobs needs to answer.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roads.models.tables import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        """A table by its name."""
        return getattr(import_module("roads.models.tables"), name)
