-- Segments that are no longer in the layer, with the moment since when: of carriageways that were retired, and those of
-- streets that were cut again. Takes since (date).
SELECT jsonb_build_object('id', s.id) AS key, w.retired_at AS removed_at
FROM carriageway w
JOIN segment s ON s.carriageway_id = w.id
WHERE w.retired_at >= CAST(:since AS date)
UNION ALL
SELECT jsonb_build_object('id', c.segment_id), c.removed_at
FROM segment_cut_again c
WHERE c.removed_at >= CAST(:since AS date)
