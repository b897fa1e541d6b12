-- Takes away the segments of the streets that are cut again (temporary table `writing`), and keeps which they were: whoever
-- has them learns that they are gone.
WITH gone AS (
    DELETE FROM segment WHERE carriageway_id IN (SELECT id FROM writing) RETURNING id, carriageway_id
)
INSERT INTO segment_cut_again (segment_id, carriageway_id)
SELECT id, carriageway_id FROM gone
