-- Takes away the status of segments that are gone, or whose carriageway is in use no more. Takes carriageway_ids (int[]).
DELETE FROM segment_status k
WHERE k.carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))
    AND NOT EXISTS (
        SELECT
        FROM segment s
        JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
        WHERE s.id = k.segment_id
    )
