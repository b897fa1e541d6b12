-- The answers that stand for a defect, part by part. Takes id.
SELECT a.outcome, a.reason, a.likely_outcome, a.from_cm, a.to_cm, c.number AS contract, o.name AS contractor
FROM standing_answer a
LEFT JOIN contract c ON c.id = a.contract_id
LEFT JOIN organisation o ON o.id = c.contractor_id
WHERE a.defect_id = CAST(:id AS integer)
ORDER BY a.from_cm
