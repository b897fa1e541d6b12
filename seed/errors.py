"""What can go wrong while made-up rows are loaded."""

from roads.domain.errors import RoadsError


class ShippedRowRefused(RoadsError):
    """A row that ships with the system was set aside. Carries `file`, `row` and `problem`."""

    code = "shipped_row_refused"


class BulkAlreadyThere(RoadsError):
    """Bulk rows were loaded before, perhaps in part."""

    code = "bulk_already_there"
