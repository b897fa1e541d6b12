"""The scripts we are compared with: the same work as an analyst would write it with GeoPandas or pandas."""

import io
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Engine, text

TABLES = ("compared_placement", "compared_attribution", "compared_copy")

METRIC = 3857
"""Web Mercator stretches metres by 1/cos(latitude); the search radius is widened by as much."""


def place_with_geopandas(engine: Engine) -> float:
    """Nearest carriageway of every defect's first end; gives the seconds of `to_crs` and `sjoin_nearest` alone."""
    from time import perf_counter

    defects = gpd.read_postgis("SELECT id, coalesce(ST_StartPoint(geom), geom) AS geom FROM defect", engine)
    segments = gpd.read_postgis("SELECT carriageway_id, ST_Force2D(geom) AS geom FROM segment", engine)
    began = perf_counter()
    joined = gpd.sjoin_nearest(defects.to_crs(METRIC), segments.to_crs(METRIC), max_distance=45, distance_col="away")
    took = perf_counter() - began
    joined.drop(columns="index_right").to_postgis("compared_placement", engine, if_exists="replace")
    return took


def attribute_with_geopandas(engine: Engine) -> None:
    """Defects and liability from PostGIS, merged on carriageway, filtered by range and day, and stored again."""
    defects = gpd.read_postgis(
        "SELECT d.id, d.geom, p.carriageway_id, p.element, p.from_cm, p.to_cm, p.covered_on FROM defect d "
        "JOIN placement p ON p.defect_id = d.id WHERE p.replaced_at = 'infinity' AND p.carriageway_id IS NOT NULL",
        engine,
    )
    answered = _join(defects, _liability(engine), keep=["id", "geom"])
    gpd.GeoDataFrame(answered, geometry="geom", crs=4326).to_postgis(
        "compared_attribution", engine, if_exists="replace"
    )


def attribute_with_pandas(engine: Engine) -> None:
    """The same without geometry, stored by COPY."""
    with engine.connect() as connection:
        defects = pd.read_sql(
            text(
                "SELECT defect_id AS id, carriageway_id, element, from_cm, to_cm, covered_on FROM placement "
                "WHERE replaced_at = 'infinity' AND carriageway_id IS NOT NULL"
            ),
            connection,
        )
    answered = _join(defects, _liability(engine), keep=["id"])
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS compared_copy"))
        connection.execute(
            text(
                "CREATE TABLE compared_copy (id int, carriageway_id int, from_cm int, to_cm int, kind text, "
                "source_id int, contract_id int)"
            )
        )
        driver: Any = connection.connection.driver_connection
        written = io.StringIO()
        answered.to_csv(written, index=False, header=False)
        with driver.cursor() as cursor, cursor.copy("COPY compared_copy FROM STDIN WITH (FORMAT csv)") as copy:
            copy.write(written.getvalue())


def _liability(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return pd.read_sql(
            text(
                "SELECT carriageway_id, element, lower(extent) AS l_from, upper(extent) AS l_to, "
                "lower(period) AS l_begin, coalesce(upper(period), DATE '2200-01-01') AS l_end, kind, source_id, "
                "contract_id FROM liability"
            ),
            connection,
        )


def _join(defects: pd.DataFrame, liability: pd.DataFrame, keep: list[str]) -> pd.DataFrame:
    """Parts of defects with their liability; what none covers has no warranty; equal neighbours become one part.

    In portions of carriageways, or the merge of a million defects would not fit into memory.
    """
    for frame, columns in ((defects, ["covered_on"]), (liability, ["l_begin", "l_end"])):
        for column in columns:
            frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    done = []
    for ids in np.array_split(defects["carriageway_id"].unique(), 10):
        mine = defects[defects["carriageway_id"].isin(ids)]
        merged = mine.merge(liability[liability["carriageway_id"].isin(ids)], on=["carriageway_id", "element"])
        overlaps = (merged["from_cm"] < merged["l_to"]) & (merged["to_cm"] > merged["l_from"])
        hit = merged[overlaps & (merged["l_begin"] <= merged["covered_on"]) & (merged["covered_on"] < merged["l_end"])]
        hit = hit.assign(from_cm=np.maximum(hit["from_cm"], hit["l_from"]), to_cm=np.minimum(hit["to_cm"], hit["l_to"]))
        hit = hit.sort_values(["id", "from_cm"])
        same = (hit["id"] == hit["id"].shift()) & (hit["source_id"] == hit["source_id"].shift())
        group = (~(same & (hit["kind"] == hit["kind"].shift()))).cumsum()
        parts = hit.groupby(group, sort=False).agg(
            {**dict.fromkeys(keep, "first"), "carriageway_id": "first", "from_cm": "min", "to_cm": "max",
             "kind": "first", "source_id": "first", "contract_id": "first"}
        )  # fmt: skip
        none = mine[~mine["id"].isin(hit["id"])].assign(kind="no_warranty", source_id=-1, contract_id=-1)
        done.append(pd.concat([parts, none[parts.columns]]))
    return pd.concat(done)
