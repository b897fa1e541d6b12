-- The roads of a whole country by status, as the lines of a picture: an object of the `d` of an SVG path by status. Takes
-- west, south, east and north (degrees) and the width of the picture in its own units (int).
-- Put on the picture's own grid first, as tiles of small scale are (see tile_segments_dissolved). What is shorter than a
-- unit of it is a mark of two units: a kilometre that is overdue must not vanish among thousands.
WITH of_box AS (
    SELECT ST_Transform(
        ST_MakeEnvelope(
            CAST(:west AS float8), CAST(:south AS float8), CAST(:east AS float8), CAST(:north AS float8), 4326
        ),
        3857
    ) AS box
),
frame AS (
    SELECT box, ST_XMin(box) AS x, ST_YMax(box) AS y, (ST_XMax(box) - ST_XMin(box)) / CAST(:width AS integer) AS unit
    FROM of_box
),
on_grid AS MATERIALIZED (
    SELECT DISTINCT
        s.status, snapped.line,
        CASE WHEN ST_IsEmpty(snapped.line) THEN ST_SnapToGrid(ST_StartPoint(s.geom), f.unit) END AS mark
    FROM frame f
    JOIN segment_status s ON s.geom && f.box
    CROSS JOIN LATERAL (SELECT ST_SnapToGrid(s.geom, f.unit) AS line) AS snapped
),
parts AS (
    SELECT
        g.status,
        ST_AsSVG(
            ST_TransScale(ST_Simplify(ST_LineMerge(ST_Collect(g.line)), f.unit), -f.x, -f.y, 1 / f.unit, 1 / f.unit), 1, 0
        ) AS d
    FROM on_grid g
    CROSS JOIN frame f
    WHERE g.mark IS NULL
    GROUP BY g.status, f.x, f.y, f.unit
    UNION ALL
    SELECT
        g.status,
        string_agg(
            'M' || round((ST_X(g.mark) - f.x) / f.unit) - 1 || ' ' || round((f.y - ST_Y(g.mark)) / f.unit) || 'h2', ''
        )
    FROM on_grid g
    CROSS JOIN frame f
    WHERE g.mark IS NOT NULL
    GROUP BY g.status
)
SELECT convert_to(coalesce(json_object_agg(drawn.status, drawn.d), '{}')::text, 'UTF8')
FROM (SELECT status, string_agg(d, ' ') AS d FROM parts GROUP BY status) AS drawn
