-- Stages the vertices of the source's carriageways that stay and are not in the file: streets may join those too.
-- Takes source.
INSERT INTO staged_vertex (n, m, place_key)
WITH absent AS MATERIALIZED (
    SELECT c.id, c.geom
    FROM carriageway c
    WHERE c.source = :source AND c.retired_at IS NULL
        AND NOT EXISTS (SELECT FROM staged_feature f WHERE f.source_id = c.source_id)
        AND NOT EXISTS (SELECT FROM staged_change s WHERE s.carriageway_id = c.id)
        AND NOT EXISTS (SELECT FROM staged_change s WHERE s.old_id = c.id)
)
SELECT
    -a.id, 0,
    CAST(round(ST_X(p.geom) * 1e7) AS bigint) * 4294967296 + CAST(round(ST_Y(p.geom) * 1e7) AS bigint) + 900000000
FROM absent a
CROSS JOIN ST_DumpPoints(a.geom) AS p
