-- The roads around the lines of a letter, for its sketch. Takes line_ids (int[]) and margin_m (float: how far around the
-- outermost line). Gives lines of coordinates as GeoJSON with what they are: `road` (with its reference) or the `place` of a
-- line (with the line's number), and the `box` to show. Roads are cut a box's size beyond it, so that they reach the edge
-- of paper of another shape.
WITH place AS MATERIALIZED (
    SELECT
        l.number, l.carriageway_id,
        ST_Force2D(ST_LocateBetween(
            y.geom, lower(l.extent) / 100.0, greatest(upper(l.extent), lower(l.extent) + 1) / 100.0
        )) AS geom
    FROM claim_line l
    JOIN carriageway y ON y.id = l.carriageway_id
    WHERE l.id = ANY (CAST(:line_ids AS integer[]))
),
spot AS (
    SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326) AS box FROM place WHERE NOT ST_IsEmpty(geom)
),
around AS MATERIALIZED (
    SELECT
        ST_Expand(
            box,
            greatest(
                2 * CAST(:margin_m AS float8) / (111320 * cos(radians(ST_Y(ST_Centroid(box))))),
                0.15 * (ST_XMax(box) - ST_XMin(box)), 0.35 * (ST_YMax(box) - ST_YMin(box))
            ),
            greatest(
                CAST(:margin_m AS float8) / 111320, 0.15 * (ST_YMax(box) - ST_YMin(box)),
                0.2 * (ST_XMax(box) - ST_XMin(box)) * cos(radians(ST_Y(ST_Centroid(box))))
            )
        ) AS box
    FROM spot
    WHERE box IS NOT NULL
),
road AS (
    SELECT
        'road' AS kind, coalesce(w.reference, '') AS name, CAST(NULL AS integer) AS number,
        y.id IN (SELECT carriageway_id FROM place) AS is_own,
        ST_ClipByBox2D(ST_Force2D(y.geom), wide.box) AS geom
    FROM around a
    CROSS JOIN LATERAL (
        SELECT ST_Expand(a.box, ST_XMax(a.box) - ST_XMin(a.box), ST_YMax(a.box) - ST_YMin(a.box))
    ) AS wide (box)
    JOIN carriageway y ON y.geom && wide.box
    LEFT JOIN road w ON w.id = y.road_id
    WHERE y.retired_at IS NULL
    ORDER BY is_own DESC, ST_Length(y.geom) DESC
    LIMIT 200
)
SELECT kind, name, number, is_own, ST_AsGeoJSON(geom, 6) AS geometry FROM road WHERE NOT ST_IsEmpty(geom)
UNION ALL
SELECT 'place', '', number, true, ST_AsGeoJSON(geom, 6) FROM place WHERE NOT ST_IsEmpty(geom)
UNION ALL
SELECT 'box', '', NULL, false, ST_AsGeoJSON(box, 6) FROM around
