-- A chain is known by the smallest carriageway id in it (temporary table `chained`).
UPDATE staged_change s
SET chain_id = first.id
FROM chained c
JOIN (
    SELECT c.chain, min(s.carriageway_id) AS id FROM chained c JOIN staged_change s USING (n) GROUP BY c.chain
) AS first USING (chain)
WHERE s.n = c.n
