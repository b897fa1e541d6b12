-- The same places on other measurements of the road: on the carriageways that the given ones succeeded, and on those
-- that succeeded them. Takes numbers, carriageway_ids, from_cms, to_cms (int[], one entry for each place).
-- Gives for each place (by its number) the stretches, joined where pieces of the stored mapping adjoin. Only upwards
-- or only downwards: up and down again would lead from one carriageway of a divided road to the other.
WITH RECURSIVE given AS MATERIALIZED (
    SELECT n, carriageway_id, from_cm, to_cm
    FROM unnest(
        CAST(:numbers AS integer[]), CAST(:carriageway_ids AS integer[]),
        CAST(:from_cms AS integer[]), CAST(:to_cms AS integer[])
    ) AS given (n, carriageway_id, from_cm, to_cm)
),
step AS (
    SELECT 'up' AS way, old_id AS to_id, old_extent AS to_extent, new_id AS from_id, new_extent AS from_extent, is_reversed
    FROM carriageway_succession
    UNION ALL
    SELECT 'down', new_id, new_extent, old_id, old_extent, is_reversed
    FROM carriageway_succession
),
reached AS (
    SELECT n, way, carriageway_id, from_cm, to_cm, 0 AS steps
    FROM given, (VALUES ('up'), ('down')) AS ways (way)
    UNION ALL
    SELECT
        r.n, r.way, s.to_id,
        CASE WHEN s.is_reversed THEN mapped.other_end ELSE mapped.one_end END,
        CASE WHEN s.is_reversed THEN mapped.one_end ELSE mapped.other_end END,
        r.steps + 1
    FROM reached r
    JOIN step s ON s.way = r.way AND s.from_id = r.carriageway_id AND s.from_extent && int4range(r.from_cm, r.to_cm)
    CROSS JOIN LATERAL (
        SELECT
            CAST(upper(s.to_extent) - lower(s.to_extent) AS float8) / (upper(s.from_extent) - lower(s.from_extent)) AS scale,
            greatest(r.from_cm, lower(s.from_extent)) - lower(s.from_extent) AS before_cm,
            least(r.to_cm, upper(s.from_extent)) - lower(s.from_extent) AS after_cm
    ) AS piece
    CROSS JOIN LATERAL (
        SELECT
            CAST(round(
                CASE WHEN s.is_reversed THEN upper(s.to_extent) - piece.before_cm * piece.scale
                ELSE lower(s.to_extent) + piece.before_cm * piece.scale END
            ) AS integer) AS one_end,
            CAST(round(
                CASE WHEN s.is_reversed THEN upper(s.to_extent) - piece.after_cm * piece.scale
                ELSE lower(s.to_extent) + piece.after_cm * piece.scale END
            ) AS integer) AS other_end
    ) AS mapped
    WHERE mapped.one_end <> mapped.other_end AND r.steps < 1000
)
SELECT n, carriageway_id, lower(extent) AS from_cm, upper(extent) AS to_cm
FROM (
    SELECT n, carriageway_id, unnest(range_agg(int4range(from_cm, to_cm))) AS extent
    FROM reached
    WHERE steps > 0
    GROUP BY n, carriageway_id
) AS merged
ORDER BY n, carriageway_id, extent
