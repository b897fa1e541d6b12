-- The lines that are overdue on a day: owed, and past a deadline that nothing stopped. Takes on (date) and carriageway_ids
-- (int[], or null for all). A temporary patch stops the safety clock only; an unknown deadline never passes.
SELECT
    l.id, l.carriageway_id, l.extent,
    coalesce(l.safety_by < CAST(:on AS date) AND l.patched_on IS NULL, false) AS is_unsafe,
    coalesce(l.rectify_by < CAST(:on AS date), false) AS is_unmended
FROM claim_line l
WHERE l.state IN ('issued', 'accepted')
    AND (CAST(:carriageway_ids AS integer[]) IS NULL OR l.carriageway_id = ANY (CAST(:carriageway_ids AS integer[])))
    AND (
        l.rectify_by < CAST(:on AS date)
        OR (l.safety_by < CAST(:on AS date) AND l.patched_on IS NULL)
    )
ORDER BY l.id
