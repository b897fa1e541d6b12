"""Lines that touch end to end, put in a row, so that one chainage can run through them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import atan2, cos, hypot, radians, sin
from operator import attrgetter
from typing import TypeAlias

from geo.keys import key_coordinates

Place: TypeAlias = int
"""A place key (see geo.keys): lines touch where an end has the same one."""


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two places, as it is drawn. Headings are degrees from north, of its first and its last edge."""

    id: int
    start: Place
    end: Place
    length_m: float
    start_heading: float = 0.0
    end_heading: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """A link in a chain, passed as it is drawn or from its other end."""

    link: Link
    is_flipped: bool

    @property
    def begins(self) -> Place:
        """Where the step sets out."""
        return self.link.end if self.is_flipped else self.link.start

    @property
    def ends(self) -> Place:
        """Where the step arrives."""
        return self.link.start if self.is_flipped else self.link.end

    @property
    def turned(self) -> "Step":
        """The same link passed the other way."""
        return Step(self.link, not self.is_flipped)


Chain: TypeAlias = list[Step]


def chains(links: Sequence[Link]) -> list[Chain]:
    """Rows of touching links; each link is in exactly one.

    Where lines branch the longest way through gets the row, and what branches off is chained by itself. (Longest means
    between the two places farthest apart along the lines; in a tree that is the longest path there is.) A ring is
    opened where its first link starts. A row runs the way most of its length is drawn; if that is a draw, from its
    western end (southern, if both are as far west).
    """
    found: list[Chain] = []
    # By number, so that a draw is settled alike however the file is sorted.
    waiting = _components(sorted(links, key=attrgetter("id")))
    while waiting:
        component = waiting.pop()
        through = _through(component)
        found.append(_oriented(through))
        used = {step.link.id for step in through}
        waiting.extend(_components([link for link in component if link.id not in used]))
    return sorted(found, key=lambda chain: min(step.link.id for step in chain))


def _neighbours(links: Iterable[Link]) -> dict[Place, list[Step]]:
    """The steps that set out from each place. A link that ends where it starts leads nowhere."""
    leaving: dict[Place, list[Step]] = defaultdict(list)
    for link in links:
        if link.start != link.end:
            leaving[link.start].append(Step(link, False))
            leaving[link.end].append(Step(link, True))
    return leaving


def _components(links: Sequence[Link]) -> list[list[Link]]:
    """Links that hang together."""
    if len(links) == 1:
        return [list(links)]
    parent: dict[Place, Place] = {}

    def root(place: Place) -> Place:
        while (above := parent.setdefault(place, place)) != place:
            parent[place] = parent.get(above, above)
            place = above
        return place

    for link in links:
        parent[root(link.start)] = root(link.end)
    together: dict[Place, list[Link]] = defaultdict(list)
    for link in links:
        together[root(link.start)].append(link)
    return list(together.values())


def _through(component: list[Link]) -> Chain:
    leaving = _neighbours(component)
    if len(component) == 1 or not leaving:
        return [Step(component[0], False)]
    if all(len(steps) == 2 for steps in leaving.values()):
        return _around(component, leaving)
    far, _ = _farthest(leaving, min(leaving))
    _, way = _farthest(leaving, far)
    return way


def _around(component: list[Link], leaving: Mapping[Place, list[Step]]) -> Chain:
    first = Step(next(link for link in component if link.start != link.end), False)
    way = [first]
    while way[-1].ends != first.begins:
        way.append(next(step for step in leaving[way[-1].ends] if step.link.id != way[-1].link.id))
    return way


def _farthest(leaving: Mapping[Place, list[Step]], origin: Place) -> tuple[Place, Chain]:
    """The place farthest from the origin along the links, and the shortest way there."""
    arrived: dict[Place, Step | None] = {}
    queue: list[tuple[float, Place, int, Step | None]] = [(0.0, origin, -1, None)]
    far, far_m = origin, 0.0
    while queue:
        metres, place, _, by = heappop(queue)
        if place in arrived:
            continue
        arrived[place] = by
        if metres > far_m:
            far, far_m = place, metres
        for step in leaving[place]:
            if step.ends not in arrived:
                heappush(queue, (metres + step.link.length_m, step.ends, step.link.id, step))
    way: Chain = []
    place = far
    while (step_there := arrived[place]) is not None:
        way.append(step_there)
        place = step_there.begins
    return far, way[::-1]


def reversed_chain(chain: Chain) -> Chain:
    """The same links from the other end."""
    return [step.turned for step in reversed(chain)]


def _oriented(chain: Chain) -> Chain:
    drawn_m = sum(-step.link.length_m if step.is_flipped else step.link.length_m for step in chain)
    if drawn_m < 0 or (drawn_m == 0 and chain[-1].ends < chain[0].begins):
        return reversed_chain(chain)
    return chain


# --- which side of a dual carriageway

SHARPEST_TURN = 120.0
"""Degrees. Where two carriageways end in one road, traffic does not turn back from one into the other."""

SMALLEST_SHARE = 0.2
"""A one-way road that winds has bits against its course; a dual one has about as much each way."""


def against_the_course(links: Sequence[Link]) -> set[int]:
    """Of one-way links of a road, those of the carriageway that runs against the road's course.

    The course is the line along which most of the road lies, taken eastwards (northwards where it lies more so). Links
    that follow one another go the same way. Empty where all run one way.
    """
    east, north = _course(links)
    runs = [(sum(_along(link, east, north) for link in run), run) for run in _runs(links)]
    forward_m = sum(metres for metres, _ in runs if metres > 0)
    backward_m = -sum(metres for metres, _ in runs if metres < 0)
    if min(forward_m, backward_m) < SMALLEST_SHARE * max(forward_m, backward_m):
        return set()
    return {link.id for metres, run in runs if metres < 0 for link in run}


def _chord(link: Link) -> tuple[float, float]:
    """From start to end, east and north, in degrees of latitude."""
    (lon, lat), (lon_to, lat_to) = key_coordinates(link.start), key_coordinates(link.end)
    return (lon_to - lon) * cos(radians(lat)), lat_to - lat


def _along(link: Link, east: float, north: float) -> float:
    own_east, own_north = _chord(link)
    return own_east * east + own_north * north


def _course(links: Sequence[Link]) -> tuple[float, float]:
    """A unit vector east or north along the links, whichever way each is drawn: doubled angles do not see that."""
    east = north = 0.0
    for link in links:
        own_east, own_north = _chord(link)
        size = hypot(own_east, own_north) or 1.0
        east += (own_east**2 - own_north**2) / size
        north += 2 * own_east * own_north / size
    angle = atan2(north, east) / 2
    # Half an angle never points west; one that points more south than east is turned round.
    sense = -1 if sin(angle) < -cos(angle) else 1
    return sense * cos(angle), sense * sin(angle)


def _runs(links: Sequence[Link]) -> Iterator[list[Link]]:
    """Links that follow one another as they are driven, each followed by the one straightest ahead."""
    following = _followers(links)
    followed = set(following.values())
    by_id = {link.id: link for link in links}
    seen: set[int] = set()
    # Runs with a beginning first; what is left are rings.
    for first in sorted(by_id, key=lambda link_id: (link_id in followed, link_id)):
        run = []
        at: int | None = first
        while at is not None and at not in seen:
            seen.add(at)
            run.append(by_id[at])
            at = following.get(at)
        if run:
            yield run


def _followers(links: Sequence[Link]) -> dict[int, int]:
    starting: dict[Place, list[Link]] = defaultdict(list)
    for link in links:
        starting[link.start].append(link)
    turns = sorted(
        (_turn(link.end_heading, other.start_heading), link.id, other.id)
        for link in links
        for other in starting.get(link.end, ())
        if other.id != link.id
    )
    following: dict[int, int] = {}
    taken: set[int] = set()
    for turn, link_id, other_id in turns:
        if turn <= SHARPEST_TURN and link_id not in following and other_id not in taken:
            following[link_id] = other_id
            taken.add(other_id)
    return following


def _turn(heading: float, then: float) -> float:
    return abs((then - heading + 180) % 360 - 180)
