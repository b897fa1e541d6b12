-- Open defects on a segment, what the type of each is called, where it lies, and until when it is to be mended.
-- Takes id (segment), skipped and at_most.
WITH defect_here AS (
    SELECT a.defect_id, min(greatest(a.from_cm, lower(s.extent))) AS from_cm
    FROM segment s
    JOIN attribution a
        ON a.carriageway_id = s.carriageway_id AND a.replaced_at = 'infinity' AND a.from_cm < upper(s.extent)
        AND a.to_cm > lower(s.extent)
    WHERE s.id = CAST(:id AS integer)
    GROUP BY a.defect_id
)
-- include: open_defects
