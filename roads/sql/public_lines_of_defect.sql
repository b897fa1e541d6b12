-- The lines of issued claims about a defect, the newest first, and whether anybody said of a repair that it is none.
-- Takes defect_id.
SELECT
    l.id, c.number, l.number AS line, l.state, l.contract_id, k.number AS contract, k.contractor, c.issued_on,
    l.rectify_by, l.changed_on, l.repaired_on
FROM public_claim_line l
JOIN public_claim c ON c.id = l.claim_id
JOIN public_contract k ON k.id = l.contract_id
WHERE l.defect_id = CAST(:defect_id AS integer)
ORDER BY l.id DESC
LIMIT 20
