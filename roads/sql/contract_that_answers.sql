-- The contract that answers for a defect: of its parts the first for which one does. Stands in a statement that has a defect d.
SELECT t.contract_id
FROM standing_answer t
WHERE t.defect_id = d.id AND t.outcome IN ('under_warranty', 'not_yet_accepted')
ORDER BY t.from_cm
LIMIT 1
