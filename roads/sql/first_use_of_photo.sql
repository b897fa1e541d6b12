-- Where a photo was used first. Takes content_hash (text).
SELECT
    p.media, c.number AS claim_number, l.number AS line_number, coalesce(w.reference, y.source_id) AS road,
    lower(l.extent) AS from_cm
FROM repair_photo p
JOIN repair r ON r.id = p.repair_id
JOIN claim_line l ON l.id = r.line_id
JOIN claim c ON c.id = l.claim_id
JOIN carriageway y ON y.id = l.carriageway_id
LEFT JOIN road w ON w.id = y.road_id
WHERE p.content_hash = CAST(:content_hash AS text)
