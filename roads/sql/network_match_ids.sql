-- Says of each staged feature whether the network has it: by id within the source. Takes source, and was_known: whether
-- the network had anything of it before this import.
-- A line that is new, nameless and measured from its own start needs no row here: that is most of a city's network.
-- The second half of a content key is the digest of the line as it is drawn.
INSERT INTO staged_change (
    n, state, carriageway_id, old_id, road_id, direction, chain_id, at_m, is_falling, measured_by
)
WITH matched AS MATERIALIZED (
    SELECT
        f.n, f.direction, f.is_oneway, f.chainage_from_m, f.length_m, c.id AS known_id, c.road_id, c.chain_id,
        c.direction AS known_direction,
        CASE
            WHEN c.id IS NULL THEN 'new'
            WHEN c.content_key = f.content_key THEN 'same'
            WHEN right(c.content_key, 16) = right(f.content_key, 16) THEN 'updated'
            ELSE 'moved'
        END AS state
    FROM staged_feature f
    LEFT JOIN carriageway c
        ON CAST(:was_known AS boolean) AND c.source = :source AND c.source_id = f.source_id AND c.retired_at IS NULL
    WHERE c.id IS NOT NULL OR f.road_key IS NOT NULL OR f.direction = 'reverse' OR f.chainage_from_m IS NOT NULL
),
named AS MATERIALIZED (
    SELECT
        matched.*,
        CASE WHEN state IN ('new', 'moved') THEN CAST(nextval('carriageway_id_seq') AS integer) ELSE known_id END AS id
    FROM matched
)
SELECT
    n, state, id, CASE state WHEN 'moved' THEN known_id END, CASE state WHEN 'same' THEN road_id END,
    CASE state WHEN 'same' THEN known_direction ELSE coalesce(direction, CASE WHEN is_oneway THEN 'forward' ELSE 'single' END) END,
    CASE state WHEN 'same' THEN chain_id ELSE id END,
    coalesce(chainage_from_m, CASE direction WHEN 'reverse' THEN length_m ELSE 0 END),
    direction IS NOT DISTINCT FROM 'reverse', CASE WHEN chainage_from_m IS NULL THEN 'geodesic' ELSE 'given' END
FROM named
ORDER BY n
