-- Keeps what the latest contract for each metre of carriageways paid for a kilometre, with the line, written only where it
-- changed. Takes carriageway_ids (int[]). Gives how many were written or taken away.
-- A contract's value is spread evenly over all its kilometres, so the other carriageways of the contracts met are looked at
-- as well. The latest signed lies on top (of two the one with the higher id); upkeep only where nothing else is known: what
-- it costs says little about a road that was rebuilt before.
WITH near AS MATERIALIZED (
    SELECT DISTINCT o.carriageway_id
    FROM contract_section t
    JOIN contract_section o ON o.contract_id = t.contract_id
    WHERE t.carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))
    UNION
    SELECT unnest(CAST(:carriageway_ids AS integer[]))
),
worked AS MATERIALIZED (
    SELECT y.id AS carriageway_id, t.contract_id, c.signed_on, c.kind_of_works = 'maintenance' AS is_upkeep,
        range_agg(t.extent) AS extents
    FROM near n
    JOIN carriageway y ON y.id = n.carriageway_id AND y.retired_at IS NULL
    JOIN contract_section t ON t.carriageway_id = y.id AND upper_inf(t.recorded)
    JOIN contract c ON c.id = t.contract_id
    GROUP BY y.id, t.contract_id, c.id
),
price AS MATERIALIZED (
    SELECT c.id AS contract_id, round(c.value_tenge * 100000 / nullif(n.length_cm, 0), 0) AS tenge_per_km
    FROM contract c
    CROSS JOIN LATERAL (
        -- include: length_of_contract
    ) AS n
    WHERE c.id IN (SELECT contract_id FROM worked)
),
topmost AS (
    SELECT
        carriageway_id, contract_id,
        unnest(extents - coalesce(
            range_agg(extents) OVER (
                PARTITION BY carriageway_id ORDER BY is_upkeep, signed_on DESC, contract_id DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            '{}'
        )) AS extent
    FROM worked
),
fresh AS MATERIALIZED (
    SELECT t.carriageway_id, t.extent, t.contract_id, p.tenge_per_km
    FROM topmost t
    JOIN price p ON p.contract_id = t.contract_id
),
gone AS (
    DELETE FROM cost_stretch k
    WHERE k.carriageway_id IN (SELECT carriageway_id FROM near)
        AND NOT EXISTS (
            SELECT
            FROM fresh f
            WHERE (f.carriageway_id, f.extent, f.contract_id) = (k.carriageway_id, k.extent, k.contract_id)
                AND f.tenge_per_km IS NOT DISTINCT FROM k.tenge_per_km
        )
    RETURNING 1
),
added AS (
    INSERT INTO cost_stretch (carriageway_id, extent, contract_id, tenge_per_km, geom)
    SELECT
        f.carriageway_id, f.extent, f.contract_id, f.tenge_per_km,
        ST_Transform(ST_Force2D(ST_CollectionExtract(
            ST_LocateBetween(y.geom, lower(f.extent) / 100.0, upper(f.extent) / 100.0), 2
        )), 3857)
    FROM fresh f
    JOIN carriageway y ON y.id = f.carriageway_id
    WHERE NOT EXISTS (
        SELECT
        FROM cost_stretch k
        WHERE (f.carriageway_id, f.extent, f.contract_id) = (k.carriageway_id, k.extent, k.contract_id)
            AND f.tenge_per_km IS NOT DISTINCT FROM k.tenge_per_km
    )
    RETURNING 1
)
SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM gone) AS stretches
