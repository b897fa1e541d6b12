-- How many defects were found to be a contract's affair, by the answer and by what is being done about them; one whose
-- parts have several answers counts for each of them. Takes id (contract).
SELECT a.outcome, k.state, count(DISTINCT a.defect_id) AS defects
FROM (
    -- include: carriageways_of_contract
) AS t
JOIN attribution a
    ON a.carriageway_id = t.carriageway_id AND a.replaced_at = 'infinity' AND a.contract_id = CAST(:id AS integer)
JOIN defect_status k ON k.defect_id = a.defect_id
GROUP BY a.outcome, k.state
