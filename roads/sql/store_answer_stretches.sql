-- Keeps who answers for the pavement of carriageways on which days, with the line, written only where it changed. Takes
-- carriageway_ids (int[]). Gives how many were written or taken away.
WITH fresh AS MATERIALIZED (
    SELECT l.carriageway_id, l.extent, l.period, l.kind, l.contract_id, w.ends_on, y.geom
    FROM liability l
    JOIN carriageway y ON y.id = l.carriageway_id AND y.retired_at IS NULL
    LEFT JOIN warranty w ON l.kind IN ('warranty', 'term_unknown', 'expired') AND w.id = l.source_id
    WHERE l.carriageway_id = ANY (CAST(:carriageway_ids AS integer[])) AND l.element = 'pavement'
),
gone AS (
    DELETE FROM answer_stretch k
    WHERE k.carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))
        AND NOT EXISTS (
            SELECT
            FROM fresh f
            WHERE (f.carriageway_id, f.extent, f.period, f.kind) = (k.carriageway_id, k.extent, k.period, k.kind)
                AND (f.contract_id, f.ends_on) IS NOT DISTINCT FROM (k.contract_id, k.ends_on)
        )
    RETURNING 1
),
added AS (
    INSERT INTO answer_stretch (carriageway_id, extent, period, kind, contract_id, ends_on, geom)
    SELECT
        f.carriageway_id, f.extent, f.period, f.kind, f.contract_id, f.ends_on,
        ST_Transform(ST_Force2D(ST_CollectionExtract(
            ST_LocateBetween(f.geom, lower(f.extent) / 100.0, upper(f.extent) / 100.0), 2
        )), 3857)
    FROM fresh f
    WHERE NOT EXISTS (
        SELECT
        FROM answer_stretch k
        WHERE (f.carriageway_id, f.extent, f.period, f.kind) = (k.carriageway_id, k.extent, k.period, k.kind)
            AND (f.contract_id, f.ends_on) IS NOT DISTINCT FROM (k.contract_id, k.ends_on)
    )
    RETURNING 1
)
SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM gone) AS stretches
