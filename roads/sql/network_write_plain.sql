-- Writes new carriageways that are nothing but a line: nameless, measured from their start, one segment each, as most of a
-- city's network is. One pass over the staged rows; the others take the long way. Takes source, from_n and to_n.
WITH plain AS (
    SELECT
        f.n, f.source_id, f.direction, f.is_oneway, f.significance, f.category, f.kato, f.geom, f.length_m, f.geometry_key,
        f.content_key, CAST(nextval('carriageway_id_seq') AS integer) AS id
    FROM staged_feature f
    WHERE f.n >= CAST(:from_n AS integer) AND f.n < CAST(:to_n AS integer) AND (
        -- include: network_is_plain
    )
    ORDER BY f.n
),
written AS (
    INSERT INTO carriageway (
        id, chain_id, source, source_id, direction, significance, category, kato, geom, extent, measured_by, geometry_key,
        content_key
    )
    OVERRIDING SYSTEM VALUE
    SELECT
        id, id, :source, source_id, coalesce(direction, CASE WHEN is_oneway THEN 'forward' ELSE 'single' END),
        significance, category, kato, geom, int4range(0, greatest(CAST(round(length_m * 100) AS integer), 1)), 'geodesic',
        geometry_key, content_key
    FROM plain
    RETURNING id, extent, geom
)
INSERT INTO segment (carriageway_id, extent, geom)
SELECT id, extent, geom FROM written
