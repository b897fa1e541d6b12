-- Confirmed defects that were withdrawn or merged into another one, with the moment since when. Takes since (date).
SELECT jsonb_build_object('source', r.source, 'external_id', r.external_id) AS key, r.removed_at
FROM removed_defect r
WHERE r.removed_at >= CAST(:since AS date)
