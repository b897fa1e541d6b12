-- Links defects to the verified fix near which they came back: the same distress, the same carriageway, so near or nearer
-- in chainage, occurred after the repair. Takes on (date) and reach_cm (int). Gives how many links were added.
-- Of several fixes the last one counts, then the nearest: the chain goes back fix by fix. Both sides are spread over the
-- kilometres they touch, so that the join is a hash on (carriageway, distress, kilometre) with the ranges checked after.
WITH fix AS MATERIALIZED (
    SELECT l.id, l.carriageway_id, l.extent, l.defect_id, l.repaired_on, d.distress, km
    FROM claim_line l
    JOIN defect d ON d.id = l.defect_id
    CROSS JOIN LATERAL generate_series(
        (lower(l.extent) - CAST(:reach_cm AS integer)) / 100000, (upper(l.extent) + CAST(:reach_cm AS integer)) / 100000
    ) AS km
    WHERE l.state = 'verified' AND d.distress IS NOT NULL
),
came AS MATERIALIZED (
    SELECT p.defect_id, p.carriageway_id, p.from_cm, p.to_cm, p.covered_on, d.distress, km
    FROM placement p
    JOIN defect d ON d.id = p.defect_id
    CROSS JOIN LATERAL generate_series(p.from_cm / 100000, (p.to_cm - 1) / 100000) AS km
    WHERE p.replaced_at = 'infinity' AND p.confidence = 'certain' AND p.covered_on > (SELECT min(repaired_on) FROM fix)
        AND d.detected_on <= CAST(:on AS date)
        AND d.is_confirmed AND d.withdrawn_on IS NULL AND d.merged_into_id IS NULL
        AND NOT EXISTS (SELECT FROM recurrence k WHERE k.defect_id = d.id)
),
near AS (
    SELECT DISTINCT ON (c.defect_id)
        c.defect_id, f.id AS line_id,
        greatest(0, lower(f.extent) - c.to_cm + 1, c.from_cm - upper(f.extent) + 1) AS distance_cm
    FROM fix f
    JOIN came c
        ON c.carriageway_id = f.carriageway_id AND c.distress = f.distress AND c.km = f.km
        AND c.defect_id <> f.defect_id AND c.covered_on > f.repaired_on
        AND c.from_cm - upper(f.extent) + 1 <= CAST(:reach_cm AS integer)
        AND lower(f.extent) - c.to_cm + 1 <= CAST(:reach_cm AS integer)
    ORDER BY c.defect_id, f.repaired_on DESC, distance_cm, f.id
),
added AS (
    INSERT INTO recurrence (defect_id, line_id, distance_cm, linked_on)
    SELECT defect_id, line_id, distance_cm, CAST(:on AS date) FROM near
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT count(*) AS links FROM added
