segment s
LEFT JOIN segment_status k ON k.segment_id = s.id
