-- Open defects whose place or answer a person must settle, the oldest first: those for which a contract of whoever acts may
-- answer, and those that lie off every road. Takes at_most; `total` counts beyond it.
SELECT
    d.id, d.external_id, d.detected_on, d.element, a.reason, a.likely_outcome, c.number AS contract, d.severity,
    d.distress, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en,
    count(*) OVER () AS total
FROM (
    SELECT DISTINCT ON (a.defect_id) a.defect_id, a.reason, a.likely_outcome, a.contract_id
    FROM attribution a
    WHERE a.replaced_at = 'infinity' AND a.outcome = 'needs_review'
        AND (a.reason = 'off_network' OR EXISTS (SELECT FROM acting_contract m WHERE m.id = a.contract_id))
    ORDER BY a.defect_id, a.from_cm
) AS a
JOIN defect d ON d.id = a.defect_id
LEFT JOIN distress t ON t.code = d.distress
LEFT JOIN contract c ON c.id = a.contract_id
WHERE d.withdrawn_on IS NULL AND d.merged_into_id IS NULL AND d.is_confirmed
ORDER BY d.detected_on, d.id
LIMIT CAST(:at_most AS integer)
