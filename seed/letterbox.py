"""What people without an account wrote in the demonstration's last days.

Reports wait for somebody to look, one was turned down, and of one repair somebody says that it is none.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from geo.bbox import KAZAKHSTAN
from roads.domain.actors import Role, person
from roads.domain.reports import NOT_FIXED_WITHIN_DAYS, RejectReason
from roads.media import Media
from roads.models import Report
from roads.usecases.defects_recording import Ground
from roads.usecases.reports import FoundPlace, MakeReport, make_report, say_not_fixed
from roads.usecases.reports_deciding import RejectReport, reject_report
from seed.defects import ALMATY_TIME
from seed.people import parties_of_demo
from seed.photos import Album
from seed.story import SNAP_M

WRITTEN_AT = time(8, 40)


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody saw so many days ago, in their words, and whether they took a photo."""

    days_ago: int
    distress: str
    language: str
    words: str
    has_photo: bool = False


LETTERS = (
    Letter(1, "pothole", "kk", "Дөңгелек түсетін терең шұңқыр, жаңбырдан кейін көрінбейді", has_photo=True),
    Letter(2, "pothole", "ru", "Яма у перехода, машины объезжают по встречной", has_photo=True),
    Letter(2, "rutting", "ru", "Колея на правой полосе, в дождь стоит вода"),
    Letter(4, "edge_cracking", "kk", "Жол жиегі үгіліп жатыр"),
    Letter(5, "raveling", "ru", "Покрытие крошится, щебень летит из-под колёс", has_photo=True),
)
"""The first one tells of a place that an inspector has recorded already; the last one is turned down."""
NOT_FIXED = "Жамау бір айға жетпей шөгіп кетті"


def write_letters(session: Session, album: Album, media: Media, *, today: date) -> None:
    """Put the letters into the letterbox, on the days on which they were written."""
    # The people of the demonstration see what concerns their own contracts.
    customer = parties_of_demo(session).customer
    asked = {"customer": customer, "on": today, "distress": LETTERS[0].distress, "others": len(LETTERS) - 1}
    places = session.execute(_PLACES, asked).all()
    for number, (letter, place) in enumerate(zip(LETTERS, places, strict=True), start=1):
        seen_on = today - timedelta(days=letter.days_ago)
        command = MakeReport(
            _values(letter, place, seen_on),
            Ground(KAZAKHSTAN, ALMATY_TIME, SNAP_M),
            sha256(f"demo {number}".encode()).hexdigest(),
            letter.language,
            FoundPlace(place.carriageway_id, place.at_cm, place.contract_id),
            photos=[album.next_damaged()] if letter.has_photo else [],
        )
        now = datetime.combine(seen_on, WRITTEN_AT, ALMATY_TIME)
        make_report(session, command, media=media, now=now, today=seen_on)
    engineer = person("engineer-1", Role.ENGINEER, places[-1].customer_id)
    last = session.scalars(select(func.max(Report.id))).one()
    reject_report(session, engineer, RejectReport(last, RejectReason.REPAIRED_ALREADY), today=today)
    since = today - timedelta(days=NOT_FIXED_WITHIN_DAYS)
    for line_id in session.scalars(_MENDED_LAST, {"customer": customer, "since": since}):
        say_not_fixed(session, line_id, NOT_FIXED, today=today)


def _values(letter: Letter, place: Row[Any], seen_on: date) -> dict[str, str]:
    return {
        "lon": f"{place.lon:.6f}",
        "lat": f"{place.lat:.6f}",
        "gps_accuracy_m": "6",
        "detected_on": seen_on.isoformat(),
        "distress": letter.distress,
        "note": letter.words,
    }


_PLACES = text("""
    (
        SELECT
            a.carriageway_id, a.from_cm AS at_cm, a.contract_id, k.customer_id, 0 AS number,
            ST_X(ST_PointOnSurface(d.geom)) AS lon, ST_Y(ST_PointOnSurface(d.geom)) AS lat
        FROM defect d
        JOIN attribution a ON a.defect_id = d.id AND a.replaced_at = 'infinity' AND a.outcome = 'under_warranty'
        JOIN contract k ON k.id = a.contract_id
        JOIN organisation o ON o.id = k.customer_id AND o.bin = :customer
        WHERE d.distress = :distress
        ORDER BY d.detected_on DESC, d.id
        LIMIT 1
    )
    UNION ALL
    (
        SELECT
            p.carriageway_id, p.at_cm, p.contract_id, p.customer_id, p.number,
            ST_X(ST_Transform(p.geom, 4326)), ST_Y(ST_Transform(p.geom, 4326))
        FROM (
            SELECT
                l.carriageway_id, l.at_cm, c.id AS contract_id, c.customer_id,
                row_number() OVER (ORDER BY l.fifth, w.id, l.at_cm) AS number,
                ST_GeometryN(ST_LocateAlong(w.geom, l.at_cm / 100.0), 1) AS geom
            FROM (
                SELECT
                    carriageway_id, contract_id, fifth,
                    lower(extent) + (upper(extent) - lower(extent)) * fifth / 5 AS at_cm
                FROM liability
                CROSS JOIN generate_series(1, 4) AS fifth
                WHERE kind = 'warranty' AND element = 'pavement' AND period @> CAST(:on AS date)
            ) AS l
            JOIN carriageway w ON w.id = l.carriageway_id
            JOIN contract c ON c.id = l.contract_id
            JOIN organisation o ON o.id = c.customer_id AND o.bin = :customer
        ) AS p
        ORDER BY p.number
        LIMIT :others
    )
    ORDER BY number
""")
_MENDED_LAST = text("""
    SELECT l.id
    FROM claim_line l
    JOIN contract c ON c.id = l.contract_id
    JOIN organisation o ON o.id = c.customer_id
    WHERE l.state = 'verified' AND l.changed_on >= :since
    ORDER BY o.bin = :customer DESC, l.changed_on DESC, l.id
    LIMIT 1
""")
