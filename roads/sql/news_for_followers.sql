-- What the public may be told as news, each thing with the day it happened, its road, contractor and place (EPSG:4326).
-- Takes since and today (date), and warranty_until (date). `thing` tells two news of one kind apart for good.
SELECT
    'defect' AS kind, d.id::text AS thing, d.detected_on AS happened_on, d.id AS defect_id,
    a.contract_id, c.contractor_id, w.road_id, s.carriageway_id, s.from_cm, d.geom AS place, CAST(NULL AS integer) AS report_id
FROM public_defect d
JOIN defect_status s ON s.defect_id = d.id
JOIN carriageway w ON w.id = s.carriageway_id
LEFT JOIN LATERAL (
    -- include: contract_that_answers
) AS a ON true
LEFT JOIN public_contract c ON c.id = a.contract_id
WHERE d.detected_on BETWEEN CAST(:since AS date) AND CAST(:today AS date)
UNION ALL
SELECT
    happened.kind, happened.thing, happened.happened_on, l.defect_id, l.contract_id, c.contractor_id, w.road_id,
    l.carriageway_id, lower(l.extent), d.geom, NULL
FROM public_claim_line l
JOIN public_claim m ON m.id = l.claim_id
JOIN public_contract c ON c.id = l.contract_id
JOIN public_defect d ON d.id = l.defect_id
JOIN carriageway w ON w.id = l.carriageway_id
CROSS JOIN LATERAL (
    SELECT 'claim' AS kind, l.id::text AS thing, m.issued_on AS happened_on
    UNION ALL
    SELECT 'overdue', l.id || '.' || l.rectify_by, l.rectify_by + 1
    WHERE l.state IN ('issued', 'accepted') AND l.rectify_by < CAST(:today AS date)
    UNION ALL
    SELECT
        CASE e.action WHEN 'report_repair' THEN 'repaired' WHEN 'verify' THEN 'repair' ELSE 'reopened' END, e.id::text,
        e.happened_on
    FROM public_claim_event e
    WHERE e.line_id = l.id AND e.action IN ('report_repair', 'verify', 'reopen')
) AS happened
WHERE l.state <> 'withdrawn' AND happened.happened_on BETWEEN CAST(:since AS date) AND CAST(:today AS date)
UNION ALL
-- A warranty is news once, when its end comes near; where it lies is told by the segments that it covers.
SELECT
    'warranty', s.contract_id || '.' || s.answers_until, CAST(:today AS date), NULL, s.contract_id, c.contractor_id,
    w.road_id, min(s.carriageway_id), min(lower(g.extent)), ST_Transform(ST_Collect(s.geom), 4326), NULL
FROM segment_status s
JOIN segment g ON g.id = s.segment_id
JOIN carriageway w ON w.id = s.carriageway_id
JOIN public_contract c ON c.id = s.contract_id
WHERE s.answers_until BETWEEN CAST(:today AS date) AND CAST(:warranty_until AS date)
GROUP BY s.contract_id, s.answers_until, c.contractor_id, w.road_id
UNION ALL
SELECT
    'decided', r.id || '.' || r.state, r.decided_on, r.defect_id, NULL, NULL, NULL, r.carriageway_id, r.at_cm, NULL, r.id
FROM public_report r
WHERE r.decided_on BETWEEN CAST(:since AS date) AND CAST(:today AS date)
