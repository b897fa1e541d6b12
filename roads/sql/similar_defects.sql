-- Open defects that may be the same as one at this place: on the same carriageway, within reach_cm in chainage or
-- overlapping, nearest first, those of the same distress before others. Takes carriageway_id, from_cm, to_cm, reach_cm,
-- distress (or null) and defect_id (the one they are compared with, or null).
SELECT
    d.id, d.external_id, d.distress, d.severity, d.detected_on, p.from_cm, p.to_cm,
    greatest(0, p.from_cm - CAST(:to_cm AS integer) + 1, CAST(:from_cm AS integer) - p.to_cm + 1) AS distance_cm,
    coalesce(d.distress = CAST(:distress AS text), false) AS is_same_distress
FROM placement p
JOIN defect d ON d.id = p.defect_id AND d.withdrawn_on IS NULL AND d.merged_into_id IS NULL
WHERE p.replaced_at = 'infinity' AND p.carriageway_id = CAST(:carriageway_id AS integer)
    AND p.from_cm - CAST(:to_cm AS integer) + 1 <= CAST(:reach_cm AS integer)
    AND CAST(:from_cm AS integer) - p.to_cm + 1 <= CAST(:reach_cm AS integer)
    AND p.defect_id IS DISTINCT FROM CAST(:defect_id AS integer)
    AND NOT EXISTS (
        SELECT
        FROM claim_line l
        WHERE l.defect_id = d.id AND l.state IN ('verified', 'closed_unfixed', 'done_by_others')
    )
ORDER BY is_same_distress DESC, distance_cm, d.id
