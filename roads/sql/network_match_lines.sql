-- Ids vanish between editions: a feature whose id the network does not know, on exactly the line of a carriageway whose
-- id is no longer in the file, is that carriageway. Takes source. Runs after the match by id.
WITH vanished AS MATERIALIZED (
    SELECT
        c.id, c.geometry_key, c.content_key,
        -- Of several on one line those that say the same are matched: the first half of a content key is what they say.
        row_number() OVER (PARTITION BY c.geometry_key ORDER BY left(c.content_key, 16), c.id) AS turn
    FROM carriageway c
    WHERE c.source = :source AND c.retired_at IS NULL
        AND NOT EXISTS (SELECT FROM staged_feature f WHERE f.source_id = c.source_id)
),
unknown AS MATERIALIZED (
    SELECT f.*, row_number() OVER (PARTITION BY f.geometry_key ORDER BY left(f.content_key, 16), f.n) AS turn
    FROM staged_feature f
    LEFT JOIN staged_change s USING (n)
    WHERE (s.n IS NULL OR s.state = 'new') AND f.geometry_key IN (SELECT geometry_key FROM vanished)
),
met AS MATERIALIZED (
    SELECT
        u.n, u.direction, u.is_oneway, u.chainage_from_m, u.length_m, v.id AS known_id,
        right(u.content_key, 16) = right(v.content_key, 16) AS is_drawn_alike
    FROM unknown u
    JOIN vanished v USING (geometry_key, turn)
),
named AS MATERIALIZED (
    SELECT
        met.*, CASE WHEN is_drawn_alike THEN known_id ELSE CAST(nextval('carriageway_id_seq') AS integer) END AS id
    FROM met
)
INSERT INTO staged_change (n, state, carriageway_id, old_id, direction, chain_id, at_m, is_falling, measured_by)
SELECT
    n, CASE WHEN is_drawn_alike THEN 'updated' ELSE 'moved' END, id, CASE WHEN NOT is_drawn_alike THEN known_id END,
    coalesce(direction, CASE WHEN is_oneway THEN 'forward' ELSE 'single' END), id,
    coalesce(chainage_from_m, CASE direction WHEN 'reverse' THEN length_m ELSE 0 END),
    direction IS NOT DISTINCT FROM 'reverse', CASE WHEN chainage_from_m IS NULL THEN 'geodesic' ELSE 'given' END
FROM named
ON CONFLICT (n) DO UPDATE
SET state = excluded.state, carriageway_id = excluded.carriageway_id, old_id = excluded.old_id, chain_id = excluded.chain_id
