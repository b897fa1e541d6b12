-- The defects that lie on segments, as answered for now or as maps show them: what was withdrawn or moved is among them.
-- Takes segment_ids (int[]) and off_network (boolean: also those that lie on no carriageway).
SELECT defect_id
FROM (
    -- include: parts_on_segments
) AS parts
UNION
SELECT k.defect_id
FROM segment s
JOIN defect_status k
    ON k.carriageway_id = s.carriageway_id AND k.from_cm >= lower(s.extent) AND k.from_cm < upper(s.extent)
WHERE s.id = ANY (CAST(:segment_ids AS integer[]))
UNION
SELECT defect_id
FROM attribution
WHERE CAST(:off_network AS boolean) AND carriageway_id IS NULL AND replaced_at = 'infinity'
UNION
SELECT defect_id FROM defect_status WHERE CAST(:off_network AS boolean) AND carriageway_id IS NULL
