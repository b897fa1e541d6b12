-- Keeps the stretches of carriageways on which works are under way, written only where they changed. Takes on (date) and
-- carriageway_ids (int[]). Gives how many were written or taken away.
WITH fresh AS MATERIALIZED (
    SELECT u.carriageway_id, u.contract_id, u.extent, c.kind_of_works AS kind, y.geom
    FROM (
        SELECT w.carriageway_id, w.contract_id, unnest(range_agg(w.extent)) AS extent
        FROM works w
        WHERE w.carriageway_id = ANY (CAST(:carriageway_ids AS integer[])) AND upper_inf(w.recorded)
            AND w.period @> CAST(:on AS date)
        GROUP BY w.carriageway_id, w.contract_id
    ) AS u
    JOIN contract c ON c.id = u.contract_id
    JOIN carriageway y ON y.id = u.carriageway_id AND y.retired_at IS NULL
),
added AS (
    INSERT INTO works_under_way (carriageway_id, contract_id, extent, kind, geom)
    SELECT
        f.carriageway_id, f.contract_id, f.extent, f.kind,
        ST_Transform(
            ST_Force2D(
                ST_CollectionExtract(
                    ST_LocateBetween(f.geom, lower(f.extent) / 100.0, upper(f.extent) / 100.0), 2
                )
            ),
            3857
        )
    FROM fresh f
    WHERE NOT EXISTS (
        SELECT
        FROM works_under_way k
        WHERE (k.carriageway_id, k.contract_id, k.extent) = (f.carriageway_id, f.contract_id, f.extent)
    )
    RETURNING 1
),
gone AS (
    DELETE FROM works_under_way k
    WHERE k.carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))
        AND NOT EXISTS (
            SELECT
            FROM fresh f
            WHERE (f.carriageway_id, f.contract_id, f.extent) = (k.carriageway_id, k.contract_id, k.extent)
        )
    RETURNING 1
)
SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM gone) AS works
