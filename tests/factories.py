"""Lawful rows with sensible defaults: a test names only what matters to it.

Nothing is derived here: call `liability.refresh` where warranties, works and liability are to exist.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count, pairwise

import numpy as np
from geoalchemy2 import WKTElement
from pyproj import Geod
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from roads.domain.fields import FieldError, check_bin
from roads.models import (
    Acceptance,
    Carriageway,
    CarriagewaySuccession,
    CarveOut,
    Contract,
    ContractEvent,
    ContractSection,
    DeadlineRule,
    Defect,
    Distress,
    Organisation,
    Region,
    Road,
    RoadAlias,
    Segment,
    TermRule,
)

GEOD = Geod(ellps="WGS84")
VERTEX_M = 1000
_numbers = count(1)


def cm(metres: float) -> int:
    """Whole centimetres, as chainage is stored."""
    return round(metres * 100)


def extent(from_m: float, to_m: float) -> Range[int]:
    """A stretch by its chainages in metres."""
    return Range(cm(from_m), cm(to_m))


def lawful_bin(number: int) -> str:
    """The `number`-th BIN whose check digit holds (a few numbers have none: the next one serves)."""
    for root in count(24014000000 + number * 7):
        for digit in range(10):
            try:
                return check_bin(f"{root:011}{digit}")[0]
            except FieldError:
                continue
    raise AssertionError("there are more BINs than tests")


def line_lon_lat(
    length_m: float, *, lon: float = 70.0, lat: float = 50.0, azimuth: float = 90.0
) -> list[tuple[float, float, float]]:
    """A geodesic with a vertex every kilometre: longitude, latitude and metres from its start."""
    along = np.append(np.arange(0.0, length_m, VERTEX_M), length_m)
    lons, lats, _ = GEOD.fwd(np.full(along.size, lon), np.full(along.size, lat), np.full(along.size, azimuth), along)
    return [(float(x), float(y), float(m)) for x, y, m in zip(lons, lats, along, strict=True)]


def point_beside(
    chainage_m: float, offset_m: float = 0.0, *, lon: float = 70.0, lat: float = 50.0, azimuth: float = 90.0
) -> tuple[float, float]:
    """Longitude and latitude so far along such a line, and so far to its right."""
    x, y, back = GEOD.fwd(lon, lat, azimuth, chainage_m)
    x, y, _ = GEOD.fwd(x, y, back + 180 + 90, offset_m)
    return float(x), float(y)


def _wkt(vertices: Sequence[tuple[float, float, float]]) -> WKTElement:
    words = ", ".join(f"{lon:.9f} {lat:.9f} {m:.3f}" for lon, lat, m in vertices)
    return WKTElement(f"LINESTRING M ({words})", srid=4326)


def make_road(
    session: Session,
    *,
    reference: str | None = "",
    kato: str | None = "11",
    significance: str | None = "republican",
    category: str | None = "cat_2",
    name: str | None = None,
    aliases: Sequence[str] = (),
) -> Road:
    """A republican road of category 2 in Akmola; its reference is made up unless given."""
    reference = f"A-{next(_numbers)}" if reference == "" else reference
    road = Road(
        key=reference or f"road {next(_numbers)}",
        reference=reference,
        kato=kato,
        significance=significance,
        category=category,
        name_kk=name,
        name_ru=name,
        name_en=name,
    )
    session.add(road)
    session.flush()
    session.add_all(RoadAlias(road_id=road.id, reference=alias) for alias in aliases)
    session.flush()
    return road


def make_carriageway(
    session: Session,
    road: Road | None = None,
    *,
    source_id: str = "",
    source: str = "test",
    direction: str = "single",
    length_m: float = 10_000,
    from_m: float = 0,
    lon: float = 70.0,
    lat: float = 0,
    azimuth: float = 90.0,
    chain_id: int | None = None,
    kato: str | None = None,
    is_retired: bool = False,
) -> Carriageway:
    """A straight carriageway eastwards with its segments of a kilometre; each lies on a latitude of its own.

    A `reverse` one has M falling along its vertices. Its chain is itself unless given.
    """
    number = next(_numbers)
    lat = lat or 43 + number * 0.013 % 9
    vertices = [(x, y, from_m + m) for x, y, m in line_lon_lat(length_m, lon=lon, lat=lat, azimuth=azimuth)]
    carriageway = Carriageway(
        road_id=road.id if road else None,
        chain_id=chain_id,
        source=source,
        source_id=source_id or f"line/{number}",
        direction=direction,
        significance=road.significance if road else None,
        category=road.category if road else None,
        kato=kato,
        geom=_wkt(vertices[::-1] if direction == "reverse" else vertices),
        extent=extent(from_m, from_m + length_m),
        measured_by="geodesic",
        geometry_key=f"geometry {number}",
        content_key=f"content {number}",
        retired_at=datetime.fromisoformat("2024-01-01T00:00:00+00:00") if is_retired else None,
    )
    session.add(carriageway)
    session.flush()
    carriageway.chain_id = chain_id if chain_id is not None else carriageway.id
    session.add_all(
        Segment(carriageway_id=carriageway.id, extent=extent(a[2], b[2]), geom=_wkt([a, b]))
        for a, b in pairwise(vertices)
    )
    session.flush()
    return carriageway


def make_succession(
    session: Session,
    old: Carriageway,
    new: Carriageway,
    *,
    old_m: tuple[float, float],
    new_m: tuple[float, float],
    is_reversed: bool = False,
) -> CarriagewaySuccession:
    """A stretch of an old measurement and the same stretch of the new one."""
    succession = CarriagewaySuccession(
        old_id=old.id, new_id=new.id, old_extent=extent(*old_m), new_extent=extent(*new_m), is_reversed=is_reversed
    )
    session.add(succession)
    session.flush()
    return succession


def make_organisation(session: Session, *, bin_: str = "", name: str = "") -> Organisation:
    """An organisation with a lawful BIN."""
    number = next(_numbers)
    organisation = Organisation(bin=bin_ or lawful_bin(number), name=name or f"Organisation {number}")
    session.add(organisation)
    session.flush()
    return organisation


def make_contract(
    session: Session,
    *,
    number: str = "",
    customer: Organisation | None = None,
    contractor: Organisation | None = None,
    supervisor: Organisation | None = None,
    kind_of_works: str = "medium_repair",
    signed_on: date = date(2021, 4, 1),
    stated_term_months: int | None = 36,
    value_tenge: Decimal | None = None,
    kato: str | None = "11",
) -> Contract:
    """A medium repair signed in April 2021 with a stated term of 36 months."""
    contract = Contract(
        number=number or f"2021-{next(_numbers)}",
        customer_id=(customer or make_organisation(session)).id,
        contractor_id=(contractor or make_organisation(session)).id,
        supervisor_id=supervisor.id if supervisor else None,
        kind_of_works=kind_of_works,
        signed_on=signed_on,
        stated_term_months=stated_term_months,
        value_tenge=value_tenge,
        kato=kato,
    )
    session.add(contract)
    session.flush()
    return contract


def make_section(
    session: Session,
    contract: Contract,
    carriageway: Carriageway,
    *,
    from_m: float | None = None,
    to_m: float | None = None,
    elements: Sequence[str] = ("pavement",),
    origin: ContractSection | None = None,
) -> ContractSection:
    """The whole carriageway unless chainages are given (metres)."""
    section = ContractSection(
        contract_id=contract.id,
        carriageway_id=carriageway.id,
        extent=carriageway.extent if from_m is None or to_m is None else extent(from_m, to_m),
        elements=list(elements),
        origin_id=origin.id if origin else None,
    )
    session.add(section)
    session.flush()
    return section


def make_acceptance(
    session: Session,
    section: ContractSection,
    *,
    accepted_on: date = date(2022, 6, 1),
    from_m: float | None = None,
    to_m: float | None = None,
    elements: Sequence[str] | None = None,
    act_number: str | None = None,
    conclusion_number: str | None = None,
) -> Acceptance:
    """The whole section, accepted on 1 June 2022, unless a part is named."""
    acceptance = Acceptance(
        section_id=section.id,
        extent=section.extent if from_m is None or to_m is None else extent(from_m, to_m),
        elements=list(section.elements if elements is None else elements),
        accepted_on=accepted_on,
        act_number=act_number,
        conclusion_number=conclusion_number,
    )
    session.add(acceptance)
    session.flush()
    return acceptance


def make_event(
    session: Session,
    contract: Contract,
    *,
    kind: str = "amendment",
    from_on: date = date(2023, 6, 1),
    to_on: date | None = None,
    months: int | None = None,
    carriageway: Carriageway | None = None,
    from_m: float | None = None,
    to_m: float | None = None,
    elements: Sequence[str] | None = None,
) -> ContractEvent:
    """An amendment to 48 months of the whole contract; a suspension lasts 30 days unless said otherwise."""
    event = ContractEvent(
        contract_id=contract.id,
        kind=kind,
        carriageway_id=carriageway.id if carriageway else None,
        extent=None if from_m is None or to_m is None else extent(from_m, to_m),
        elements=None if elements is None else list(elements),
        from_on=from_on,
        to_on=to_on or (date.fromordinal(from_on.toordinal() + 29) if kind == "suspension" else None),
        months=months or (48 if kind == "amendment" else None),
    )
    session.add(event)
    session.flush()
    return event


def make_carve_out(
    session: Session,
    carriageway: Carriageway,
    *,
    from_m: float | None = None,
    to_m: float | None = None,
    from_on: date = date(2023, 6, 1),
    to_on: date | None = None,
    elements: Sequence[str] = ("pavement",),
    liable: Organisation | None = None,
) -> CarveOut:
    """A dig of somebody else's from June 2023 on; `to_on` is its last day."""
    carve_out = CarveOut(
        carriageway_id=carriageway.id,
        extent=carriageway.extent if from_m is None or to_m is None else extent(from_m, to_m),
        elements=list(elements),
        period=Range(from_on, to_on, bounds="[]" if to_on else "[)"),
        liable_id=(liable or make_organisation(session)).id,
    )
    session.add(carve_out)
    session.flush()
    return carve_out


def make_rule(
    session: Session,
    *,
    kind_of_works: str = "medium_repair",
    months: int | None = 36,
    kato: str = "",
    significance: str | None = None,
    category: str | None = None,
    traffic: Range[int] | None = None,
    element: str | None = None,
    signed: Range[date] | None = None,
    is_confirmed: bool = False,
) -> TermRule:
    """36 months for medium repair everywhere, whenever signed; `months` None is no warranty."""
    rule = TermRule(
        kato=kato,
        kind_of_works=kind_of_works,
        significance=significance,
        category=category,
        traffic=traffic,
        element=element,
        signed=signed or Range(None, None),
        months=months,
        legal_basis="Made up for a test",
        is_confirmed=is_confirmed,
    )
    session.add(rule)
    session.flush()
    return rule


def make_defect(
    session: Session,
    *,
    lon: float = 70.0,
    lat: float = 50.0,
    to: tuple[float, float] | None = None,
    external_id: str = "",
    source: str = "test",
    detected_on: date = date(2023, 5, 1),
    occurred_on: date | None = None,
    gps_accuracy_m: float | None = None,
    element: str = "pavement",
    distress: str | None = "pothole",
    severity: str | None = None,
    length_m: float | None = None,
    is_confirmed: bool = True,
    chosen: Sequence[Carriageway] = (),
    note: str | None = None,
) -> Defect:
    """A confirmed pothole at a point, or a stretch from there to `to`."""
    ends = [(lon, lat), to] if to else [(lon, lat)]
    words = ", ".join(f"{x!r} {y!r}" for x, y in ends)
    defect = Defect(
        source=source,
        external_id=external_id or f"defect {next(_numbers)}",
        geom=WKTElement(f"LINESTRING ({words})" if to else f"POINT ({words})", srid=4326),
        gps_accuracy_m=gps_accuracy_m,
        chosen_source_id=chosen[0].source_id if chosen else None,
        chosen_carriageway_ids=[carriageway.id for carriageway in chosen] or None,
        detected_on=detected_on,
        occurred_on=occurred_on,
        element=element,
        distress=distress,
        severity=severity,
        note=note,
        length_m=length_m,
        is_confirmed=is_confirmed,
    )
    session.add(defect)
    session.flush()
    return defect


def make_distress(session: Session, code: str = "pothole", *, element: str = "pavement") -> Distress:
    """A type of defect in the catalogue."""
    distress = Distress(
        code=code, element=element, measured_in="count", name_kk=code, name_ru=code, name_en=code, source="Test"
    )
    session.add(distress)
    session.flush()
    return distress


def make_region(session: Session, kato: str = "11", *, winter: tuple[str, str] = ("10-15", "04-30")) -> Region:
    """Akmola, where cold works stop from 15 October to 30 April."""
    region = Region(
        kato=kato,
        name_kk=kato,
        name_ru=kato,
        name_en=kato,
        winter_from=winter[0],
        winter_to=winter[1],
        source="Test",
    )
    session.add(region)
    session.flush()
    return region


def make_deadline_rule(
    session: Session,
    *,
    kind: str = "rectification",
    days: int = 14,
    counted_in: str = "calendar",
    kato: str = "",
    category: str | None = None,
    element: str | None = None,
    severity: str | None = None,
    is_confirmed: bool = False,
) -> DeadlineRule:
    """Fourteen calendar days for a permanent repair, everywhere."""
    rule = DeadlineRule(
        kind=kind,
        kato=kato,
        category=category,
        element=element,
        severity=severity,
        days=days,
        counted_in=counted_in,
        legal_basis="Made up for a test",
        is_confirmed=is_confirmed,
    )
    session.add(rule)
    session.flush()
    return rule
