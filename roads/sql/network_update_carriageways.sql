-- Facts that changed while the measure did not: id, road, direction, significance, category, region, chain. Gives the
-- carriageways whose term rule may be another now. Takes source.
WITH changed AS MATERIALIZED (
    SELECT
        c.id, s.state, f.source_id, f.significance, f.category, f.kato, f.content_key, s.road_id, s.direction, s.chain_id,
        (f.significance, f.category, f.kato, s.road_id) IS DISTINCT FROM (c.significance, c.category, c.kato, c.road_id)
            AS is_other_rule
    FROM staged_change s
    JOIN staged_feature f USING (n)
    JOIN carriageway c ON c.id = s.carriageway_id
    WHERE s.state = 'updated'
        OR (s.state = 'same' AND (s.chain_id, s.direction) IS DISTINCT FROM (c.chain_id, c.direction))
)
UPDATE carriageway c
SET
    source_id = d.source_id, significance = d.significance, category = d.category, kato = d.kato,
    content_key = d.content_key, road_id = d.road_id, direction = d.direction, chain_id = d.chain_id
FROM changed d
WHERE c.id = d.id
RETURNING c.id, d.is_other_rule
