"""Random small worlds, and how they get into the database: causes as rows, everything derived by the system."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from roads.domain.actors import OPERATOR
from roads.usecases import liability
from roads.usecases.attribution import AttributeDefects, attribute_defects
from tests.oracle import RULES, AcceptedPart, Agreement, CarvedOut, Event, Section, World

Organisations = tuple[int, int, int]
"""A customer, a contractor and who is liable for a dig."""

ELEMENTS = ("pavement", "base")
KINDS = ("medium_repair", "construction", "maintenance")
EPOCH = date(2019, 1, 1)
# Days that matter come up often: a leap day, both sides of the changes of terms.
SPECIAL = (
    date(2020, 2, 29),
    date(2024, 2, 29),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 12, 17),
    date(2025, 12, 18),
)


@dataclass(frozen=True)
class Spot:
    """A defect's place and day."""

    from_cm: int
    to_cm: int
    element: str
    day: date
    accuracy_cm: int


@dataclass
class Story:
    """A world as it was first known, what became known later, and the defects asked about."""

    first: World
    later_events: list[tuple[int, Event]]
    later_acceptances: list[tuple[int, int, AcceptedPart]]
    later_carved: list[CarvedOut]
    spots: list[Spot] = field(default_factory=list)

    @property
    def now(self) -> World:
        """The world with everything that became known later."""
        agreements = [
            replace(
                a,
                events=[*a.events, *(e for rank, e in self.later_events if rank == a.rank)],
                sections=[
                    replace(
                        s,
                        acceptances=[
                            *s.acceptances,
                            *(p for rank, n, p in self.later_acceptances if (rank, n) == (a.rank, number)),
                        ],
                    )
                    for number, s in enumerate(a.sections)
                ],
            )
            for a in self.first.agreements
        ]
        return World(self.first.extent, agreements, [*self.first.carved, *self.later_carved])


def days(spread: int = 3000) -> st.SearchStrategy[date]:
    """Days of 2019 to 2027, the special ones often."""
    return st.one_of(st.sampled_from(SPECIAL), st.integers(0, spread).map(lambda n: EPOCH + timedelta(days=n)))


def extents(first: int, end: int) -> st.SearchStrategy[tuple[int, int]]:
    """Ranges inside [first, end)."""
    return st.tuples(st.integers(first, end - 1), st.integers(1, end - first)).map(
        lambda pair: (pair[0], min(end, pair[0] + pair[1]))
    )


elements = st.sampled_from([("pavement",), ("base",), ("base", "pavement")])


@st.composite
def events(draw: st.DrawFn, extent: tuple[int, int]) -> Event:
    """Something that happens to a contract, as a whole or at a place."""
    kind = draw(st.sampled_from(["amendment", "suspension", "termination"]))
    scope = draw(st.none() | extents(*extent))
    covered = draw(st.none() | elements)
    from_on = draw(days())
    if kind == "amendment":
        return Event(kind, from_on, None, draw(st.sampled_from([1, 6, 12, 24, 36, 60])), scope, covered)
    if kind == "suspension":
        return Event(kind, from_on, from_on + timedelta(days=draw(st.integers(0, 120))), None, scope, covered)
    return Event(kind, from_on, None, None, scope, covered)


@st.composite
def parts(draw: st.DrawFn, section: Section, signed_on: date) -> AcceptedPart:
    """An accepted part of a section, not before signing."""
    covered = draw(st.sampled_from([section.elements, section.elements[:1]]))
    return AcceptedPart(draw(extents(*section.extent)), covered, signed_on + timedelta(days=draw(st.integers(0, 900))))


@st.composite
def agreements(draw: st.DrawFn, rank: int, extent: tuple[int, int]) -> Agreement:
    """A contract with sections, parts of them accepted."""
    signed_on = draw(days(2600))
    sections: list[Section] = []
    for _ in range(draw(st.integers(1, 2))):
        section = Section(draw(st.just(extent) | extents(*extent)), draw(elements))
        if any((other.extent, other.elements) == (section.extent, section.elements) for other in sections):
            continue  # a section is contract + carriageway + range + elements: the same one cannot be there twice
        section.acceptances = draw(st.lists(parts(section, signed_on), max_size=2))
        sections.append(section)
    return Agreement(
        rank,
        draw(st.sampled_from(["7", "12", "12/A", "№ 3"])) + f"-{rank % 2}" * (rank > 2),
        draw(st.sampled_from(KINDS)),
        signed_on,
        draw(st.none() | st.none() | st.sampled_from([1, 12, 36, 40, 84])),
        draw(st.sampled_from(["75", "19", "751110000", None])),
        sections,
        draw(st.lists(events(extent), max_size=3)),
    )


@st.composite
def carve_outs(draw: st.DrawFn, rank: int, extent: tuple[int, int]) -> CarvedOut:
    """A dig, closed or still open."""
    from_on = draw(days())
    to_on = draw(st.none() | st.integers(0, 400).map(lambda n: from_on + timedelta(days=n)))
    return CarvedOut(rank, draw(extents(*extent)), draw(elements), from_on, to_on)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A small carriageway that may lie across a kilometre, with up to four contracts and two carve-outs."""
    begin = draw(st.sampled_from([0, 99_990, 199_985]))
    extent = (begin, begin + draw(st.integers(1, 40)))
    held = [draw(agreements(rank, extent)) for rank in range(draw(st.integers(0, 4)))]
    carved = [draw(carve_outs(rank, extent)) for rank in range(draw(st.integers(0, 2)))]
    later_events, later_parts = [], []
    for agreement in held:
        later_events += [(agreement.rank, event) for event in draw(st.lists(events(extent), max_size=1))]
        number = draw(st.integers(0, len(agreement.sections) - 1))
        found = draw(st.lists(parts(agreement.sections[number], agreement.signed_on), max_size=1))
        later_parts += [(agreement.rank, number, part) for part in found]
    later_carved = [draw(carve_outs(10, extent))] if draw(st.booleans()) else []
    return Story(World(extent, held, carved), later_events, later_parts, later_carved, draw(_spots(extent, held)))


def _spots(extent: tuple[int, int], held: list[Agreement]) -> st.SearchStrategy[list[Spot]]:
    """Defects, points and stretches, some on the very days and metres where answers change."""
    accepted = [part.accepted_on for a in held for section in a.sections for part in section.acceptances]
    edges = [*accepted, *(day - timedelta(days=1) for day in accepted)]
    edges += [a.signed_on for a in held]
    when = days() if not edges else st.one_of(days(), st.sampled_from(edges))
    points = st.builds(
        lambda at, e, d, acc: Spot(at, at + 1, e, d, acc),
        st.integers(extent[0], extent[1] - 1),
        st.sampled_from(ELEMENTS),
        when,
        st.sampled_from([0, 0, 1, 2, 5, 30]),
    )
    stretches = st.builds(
        lambda where, e, d: Spot(where[0], where[1], e, d, 3), extents(*extent), st.sampled_from(ELEMENTS), when
    )
    return st.lists(points | stretches, min_size=1, max_size=6)


class Stored:
    """Stories in the database, one carriageway each."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.contracts: dict[tuple[int, int], int] = {}
        self.sections: dict[tuple[int, int, int], int] = {}
        self.carriageways: list[int] = []
        self.carved: dict[tuple[int, int], int] = {}
        self.spots: dict[tuple[int, int], int] = {}

    def _insert(self, sql: str, **values: Any) -> int:
        return int(self.session.execute(text(sql + " RETURNING id"), values).scalar_one())

    def rules(self) -> None:
        """The oracle's rules as rows."""
        for (kato, kind), rows in RULES.items():
            for first, last, months in rows:
                self._insert(
                    "INSERT INTO term_rule (kato, kind_of_works, signed, months, legal_basis, is_confirmed) "
                    "VALUES (:kato, :kind, daterange(:first, :last, '[]'), :months, 'test', false)",
                    kato=kato, kind=kind, first=first, last=last, months=months,
                )  # fmt: skip

    def tell(self, number: int, story: Story, organisations: Organisations) -> None:
        """Store a story as it was first known, with its defects."""
        first, end = story.first.extent
        carriageway = self._insert(
            "INSERT INTO carriageway (source, source_id, direction, geom, extent, measured_by, geometry_key, "
            "content_key) VALUES ('world', :name, 'single', ST_GeomFromEWKT(:line), int4range(:first, :end), "
            "'geodesic', :name, :name)",
            name=str(number), first=first, end=end,
            line=f"SRID=4326;LINESTRINGM(70 50 {first / 100},70.001 50 {end / 100})",
        )  # fmt: skip
        self.carriageways.append(carriageway)
        for agreement in story.first.agreements:
            self._contract(number, agreement, carriageway, organisations)
        for carved in story.first.carved:
            self.carve(number, carved, organisations[2])
        for position, spot in enumerate(story.spots):
            self._spot(number, position, spot, carriageway)

    def _contract(self, number: int, agreement: Agreement, carriageway: int, organisations: Organisations) -> None:
        # One customer for each rank: numbers may repeat among contracts of different customers.
        customer = self._insert(
            "INSERT INTO organisation (bin, name) VALUES (:bin, 'customer')", bin=f"{number:06}{agreement.rank:06}"
        )
        contract = self._insert(
            "INSERT INTO contract (customer_id, number, contractor_id, kind_of_works, signed_on, "
            "stated_term_months, kato) VALUES (:customer, :number, :contractor, :kind, :signed, :months, :kato)",
            customer=customer, number=agreement.number, contractor=organisations[1], kind=agreement.kind,
            signed=agreement.signed_on, months=agreement.months, kato=agreement.kato,
        )  # fmt: skip
        self.contracts[number, agreement.rank] = contract
        for position, section in enumerate(agreement.sections):
            self.sections[number, agreement.rank, position] = self._insert(
                "INSERT INTO contract_section (contract_id, carriageway_id, extent, elements) "
                "VALUES (:contract, :carriageway, int4range(:first, :end), :elements)",
                contract=contract, carriageway=carriageway, first=section.extent[0], end=section.extent[1],
                elements=list(section.elements),
            )  # fmt: skip
            for part in section.acceptances:
                self.accept(number, agreement.rank, position, part)
        for event in agreement.events:
            self.happen(number, agreement.rank, event)

    def accept(self, number: int, rank: int, position: int, part: AcceptedPart) -> None:
        """Store an acceptance."""
        self._insert(
            "INSERT INTO acceptance (section_id, extent, elements, accepted_on) "
            "VALUES (:section, int4range(:first, :end), :elements, :day)",
            section=self.sections[number, rank, position], first=part.extent[0], end=part.extent[1],
            elements=list(part.elements), day=part.accepted_on,
        )  # fmt: skip

    def happen(self, number: int, rank: int, event: Event) -> None:
        """Store an event of a contract."""
        self._insert(
            "INSERT INTO contract_event (contract_id, kind, carriageway_id, extent, elements, from_on, to_on, months) "
            "VALUES (:contract, :kind, CAST(:carriageway AS integer), CAST(:extent AS int4range), "
            "CAST(:elements AS text[]), :first, :last, :months)",
            contract=self.contracts[number, rank], kind=event.kind,
            carriageway=self.carriageways[number] if event.extent else None,
            extent=f"[{event.extent[0]},{event.extent[1]})" if event.extent else None,
            elements=list(event.elements) if event.elements else None,
            first=event.from_on, last=event.to_on, months=event.months,
        )  # fmt: skip

    def carve(self, number: int, carved: CarvedOut, liable: int) -> None:
        """Store a carve-out."""
        self.carved[number, carved.rank] = self._insert(
            "INSERT INTO carve_out (carriageway_id, extent, elements, period, liable_id) "
            "VALUES (:carriageway, int4range(:first, :end), :elements, daterange(:from_on, :to_on, '[]'), :liable)",
            carriageway=self.carriageways[number], first=carved.extent[0], end=carved.extent[1],
            elements=list(carved.elements), from_on=carved.from_on, to_on=carved.to_on, liable=liable,
        )  # fmt: skip

    def _spot(self, number: int, position: int, spot: Spot, carriageway: int) -> None:
        defect = self._insert(
            "INSERT INTO defect (source, external_id, geom, gps_accuracy_m, detected_on, element) "
            "VALUES ('world', :name, ST_Point(70, 50, 4326), :accuracy, :day, :element)",
            name=f"{number}/{position}", accuracy=spot.accuracy_cm / 100, day=spot.day, element=spot.element,
        )  # fmt: skip
        self.session.execute(
            text(
                "INSERT INTO placement (defect_id, part, carriageway_id, from_cm, to_cm, offset_cm, distance_cm, "
                "accuracy_cm, covered_on, element, confidence, recorded_at) "
                "VALUES (:defect, 1, :carriageway, :first, :end, 0, 0, :accuracy, :day, :element, 'certain', "
                "clock_timestamp())"
            ),
            {"defect": defect, "carriageway": carriageway, "first": spot.from_cm, "end": spot.to_cm,
             "accuracy": spot.accuracy_cm, "day": spot.day, "element": spot.element},
        )  # fmt: skip
        self.spots[number, position] = defect

    def settle(self) -> None:
        """Let the system work out warranties, works, liability and answers."""
        contracts = list(self.contracts.values())
        liability.refresh(self.session, contract_ids=contracts, carriageway_ids=self.carriageways)
        attribute_defects(self.session, OPERATOR, AttributeDefects(self.carriageways))
