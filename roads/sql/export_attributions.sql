-- The stored answers, one row for each defect part, as the exchange file has them (interfaces, section 4). Withdrawn
-- defects have none. With needs_review contract and warranty stay empty and what is likely stands in its own columns.
SELECT
    d.external_id, a.outcome, a.reason, w.source_id, r.reference AS road_reference,
    round(a.from_cm / 100.0, 1) AS chainage_from, round(a.to_cm / 100.0, 1) AS chainage_to,
    round(p.offset_cm / 100.0, 2) AS offset_m,
    CASE WHEN a.outcome <> 'needs_review' THEN c.number END AS contract_number,
    CASE WHEN a.outcome <> 'needs_review' THEN c.contractor_bin END AS contractor_bin,
    v.accepted_on, v.accepted_on AS warranty_from, v.ends_on AS warranty_to, v.ends_on - a.decided_on AS days_left,
    a.decided_on, 'attribution-' || a.rule_version AS rule_version,
    a.likely_outcome,
    CASE WHEN a.outcome = 'needs_review' THEN c.number END AS likely_contract,
    o.liable_bin
FROM attribution a
JOIN public_defect d ON d.id = a.defect_id
LEFT JOIN carriageway w ON w.id = a.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN placement p
    ON p.defect_id = a.defect_id AND p.carriageway_id = a.carriageway_id AND p.replaced_at = 'infinity'
    AND a.from_cm >= p.from_cm AND a.to_cm <= p.to_cm
LEFT JOIN public_contract c ON c.id = a.contract_id
LEFT JOIN warranty v ON a.outcome IN ('under_warranty', 'expired') AND v.id = a.source_id
LEFT JOIN public_carve_out o ON a.outcome = 'excluded' AND o.id = a.source_id
WHERE a.replaced_at = 'infinity'
ORDER BY d.source, d.external_id, a.carriageway_id, a.from_cm
