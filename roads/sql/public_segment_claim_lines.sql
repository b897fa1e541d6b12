-- Lines of issued claims for what is on a segment, the newest claim first. Takes id (segment), skipped and at_most.
SELECT
    e.line_id, e.number, e.line, e.state, e.contract_id, c.number AS contract, c.contractor, e.issued_on, e.rectify_by, e.safety_by,
    e.is_owed, e.changed_on, d.distress, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en,
    e.from_cm
FROM (
    SELECT
        p.id, l.id AS line_id, p.number, p.issued_on, l.number AS line, l.state, l.contract_id, l.defect_id, l.rectify_by, l.changed_on,
        CASE WHEN l.patched_on IS NULL THEN l.safety_by END AS safety_by, l.state IN ('issued', 'accepted') AS is_owed,
        lower(l.extent) AS from_cm
    FROM segment s
    JOIN public_claim_line l ON l.carriageway_id = s.carriageway_id AND l.extent && s.extent
    JOIN public_claim p ON p.id = l.claim_id
    WHERE s.id = CAST(:id AS integer)
    ORDER BY p.issued_on DESC, p.id DESC, l.number
    OFFSET CAST(:skipped AS integer)
    LIMIT CAST(:at_most AS integer)
) AS e
JOIN public_contract c ON c.id = e.contract_id
LEFT JOIN public_defect d ON d.id = e.defect_id
LEFT JOIN distress t ON t.code = d.distress
ORDER BY e.issued_on DESC, e.id DESC, e.line
