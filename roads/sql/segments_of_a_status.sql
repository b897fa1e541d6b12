segment_status k
JOIN segment s
    -- The index gives them in order, so that a page of a rare status does not search the whole network.
    ON s.id = k.segment_id AND k.status = CAST(:status AS text) AND k.segment_id > CAST(:after AS integer)
