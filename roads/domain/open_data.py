"""What anybody may download: the layers, their columns with type and unit, and under which licence they stand.

This is the data dictionary: files, the manifest, the data package and the page are all made from it. What a column
means stands in the catalogue, in three languages, as `data.column.<name>`.
"""

from dataclasses import dataclass
from enum import StrEnum

SCHEMA_VERSION = "1"
"""Moves when a column goes, or means something else; a column more is no other version."""

KEPT_DAYS = 14
"""So long a file of an earlier day stays there: whoever began to load yesterday's list finds all of it."""

LICENCE = "CC-BY-4.0"
LICENCE_OF_GEOMETRY = "ODbL-1.0"
"""Of lines and points whose carriageway comes from OpenStreetMap: its source id begins with `way/`."""

CRS = "EPSG:4326"
FORMATS = ("gpkg", "geojson", "fgb", "parquet", "csv")


class Kind(StrEnum):
    """Types of columns, as a Frictionless table schema names them."""

    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    DATE = "date"
    BOOLEAN = "boolean"
    GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name, with its type and the unit of its figures ('' for none)."""

    name: str
    kind: Kind = Kind.STRING
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PublicLayer:
    """A layer: its columns, which of them tell rows apart, and which one tells since when a row is as it is."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    since: str


def _days(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.DATE) for name in names)


def _words(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


ID = Column("id", Kind.INTEGER)
CHAINAGE = (Column("chainage_from", Kind.NUMBER, "m"), Column("chainage_to", Kind.NUMBER, "m"))
PLACE = (*_words("road_reference", "source_id", "direction"), *CHAINAGE)
PARTIES = _words("customer_bin", "contractor_bin", "contractor")
GEOMETRY = Column("geometry", Kind.GEOMETRY, CRS)

LAYERS = {
    one.name: one
    for one in (
        PublicLayer(
            "segments",
            (
                ID,
                *_words("road_reference", "name_kk", "name_ru", "name_en", "source_id", "direction", "significance"),
                *_words("category", "kato"),
                *CHAINAGE,
                *_days("recorded_on"),
                GEOMETRY,
            ),
            ("id",),
            "recorded_on",
        ),
        PublicLayer(
            "contracts",
            (
                *_words("contract_number", "customer_bin", "customer", "contractor_bin", "contractor", "kind_of_works"),
                *_days("signed_on"),
                Column("value_tenge", Kind.NUMBER, "KZT"),
                *PLACE,
                *_words("elements"),
                *_days("accepted_on", "warranty_to", "recorded_on"),
                GEOMETRY,
            ),
            ("customer_bin", "contract_number", "source_id", "chainage_from", "elements"),
            "recorded_on",
        ),
        PublicLayer(
            "warranties",
            (
                ID,
                *_words("contract_number"),
                *PARTIES,
                *PLACE,
                *_words("element"),
                *_days("warranty_from", "warranty_to"),
                Column("months", Kind.INTEGER, "month"),
                *_words("term_state", "term_origin"),
                *_days("recorded_on"),
                GEOMETRY,
            ),
            ("id",),
            "recorded_on",
        ),
        PublicLayer(
            "defects",
            (
                *_words("source", "external_id"),
                *_days("detected_on", "occurred_on"),
                *_words("element", "distress", "severity"),
                Column("length_m", Kind.NUMBER, "m"),
                Column("width_m", Kind.NUMBER, "m"),
                Column("depth_mm", Kind.NUMBER, "mm"),
                Column("count", Kind.INTEGER),
                Column("gps_accuracy_m", Kind.NUMBER, "m"),
                *_words("outcome", "reason"),
                *_days("recorded_on"),
                GEOMETRY,
            ),
            ("source", "external_id"),
            "recorded_on",
        ),
        PublicLayer(
            "claims",
            (
                ID,
                *_words("claim_number"),
                Column("line_number", Kind.INTEGER),
                *_days("issued_on"),
                *_words("contract_number"),
                *PARTIES,
                *PLACE,
                *_words("defect_source", "external_id"),
                *_days("detected_on"),
                *_words("element", "distress", "severity", "state"),
                *_days("safety_by", "rectify_by", "patched_on", "repaired_on", "changed_on"),
                GEOMETRY,
            ),
            ("id",),
            "changed_on",
        ),
    )
}
"""Every layer that is published, by its name."""

REMOVED = (Column("removed", Kind.BOOLEAN), Column("removed_on", Kind.DATE))
"""What a changed row that is no longer in its layer tells beside its key."""
