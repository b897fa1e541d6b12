-- Contractors by what somebody typed: each pattern (a regular expression) must match the name or the BIN. Takes patterns and
-- at_most. Those with most contracts first.
SELECT o.id, o.bin, o.name, count(c.id) AS contracts
FROM organisation o
JOIN public_contract c ON c.contractor_id = o.id
WHERE cardinality(CAST(:patterns AS text[])) > 0
    AND NOT EXISTS (
        SELECT FROM unnest(CAST(:patterns AS text[])) AS pattern WHERE concat_ws('|', o.bin, o.name) !~ pattern
    )
GROUP BY o.id, o.bin, o.name
ORDER BY count(c.id) DESC, o.id
LIMIT CAST(:at_most AS integer)
