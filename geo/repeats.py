"""Whether something may have come by before: asked of millions, in memory that does not grow."""

import numpy as np

from geo.keys import Digests
from geo.linear_referencing import Booleans

PLACES = 2**25
"""64 MB, of which the system gives only what is touched. Of five million met, one new thing in a hundred is doubted."""


class MaybeMet:
    """A Bloom filter. What it calls new is new; what it doubts may be new all the same, and needs a closer look."""

    def __init__(self, places: int = PLACES) -> None:
        self._met = np.zeros(places, dtype=bool)
        self._mask = np.uint64(places - 1)

    def meet(self, digests: Digests) -> Booleans:
        """For each digest, whether it may have been met before, here or in an earlier call."""
        places = [(digests >> np.uint64(shift)) & self._mask for shift in (0, 19, 38)]
        is_met: Booleans = self._met[places[0]] & self._met[places[1]] & self._met[places[2]]
        _, first = np.unique(digests, return_index=True)
        is_repeated = np.ones(len(digests), dtype=bool)
        is_repeated[first] = False
        for place in places:
            self._met[place] = True
        return is_met | is_repeated
