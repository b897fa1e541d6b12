-- Carriageways that a contract works on or ever did: answers are found by their place. Takes id (contract).
SELECT DISTINCT carriageway_id FROM contract_section WHERE contract_id = CAST(:id AS integer)
