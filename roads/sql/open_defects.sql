-- What is told of the open ones among defects (a relation `defect_here`: defect_id, from_cm), the oldest first.
-- Takes skipped and at_most.
SELECT
    d.id, d.distress, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, d.severity, d.element,
    d.detected_on, k.state, k.outcome, h.from_cm, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en,
    line.contract_id, c.number AS contract, line.rectify_by, line.safety_by
FROM defect_here h
JOIN defect_status k ON k.defect_id = h.defect_id AND k.state NOT IN ('closed', 'verified')
JOIN public_defect d ON d.id = h.defect_id
LEFT JOIN distress t ON t.code = d.distress
LEFT JOIN carriageway w ON w.id = k.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN LATERAL (
    SELECT l.contract_id, l.rectify_by, CASE WHEN l.patched_on IS NULL THEN l.safety_by END AS safety_by
    FROM public_claim_line l
    WHERE l.defect_id = d.id AND l.state IN ('issued', 'accepted', 'disputed', 'repaired', 'in_court')
    ORDER BY l.rectify_by NULLS LAST, l.id DESC
    LIMIT 1
) AS line ON true
LEFT JOIN public_contract c ON c.id = line.contract_id
ORDER BY d.detected_on, d.id
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
