"""A request that is sent again, because a phone lost the answer, is done once and answered in the same words."""

from roads.domain.errors import RoadsError

KEPT_DAYS = 30
"""So long a phone may be out of reach and still be answered as the first time."""


class KeyReused(RoadsError):
    """Something else was sent under this key before. Carries `key`."""

    code = "key_reused"
