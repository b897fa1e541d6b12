-- Marks the places of some defects, because their status may have become another; what lies on no carriageway counts as
-- carriageway 0. Takes defect_ids (int[]).
INSERT INTO status_mark (carriageway_id, extent)
SELECT coalesce(carriageway_id, 0), int4range(coalesce(from_cm, 0), coalesce(to_cm, 1))
FROM placement
WHERE replaced_at = 'infinity' AND defect_id = ANY (CAST(:defect_ids AS integer[]))
