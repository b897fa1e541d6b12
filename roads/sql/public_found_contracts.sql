-- Contracts by what somebody typed: each pattern (a regular expression) must match the number. Takes patterns and at_most.
SELECT c.id, c.number, c.kind_of_works, c.signed_on, c.value_tenge, c.contractor, c.contractor_bin
FROM public_contract c
WHERE cardinality(CAST(:patterns AS text[])) > 0
    AND NOT EXISTS (SELECT FROM unnest(CAST(:patterns AS text[])) AS pattern WHERE c.number !~ pattern)
ORDER BY length(c.number), c.signed_on DESC, c.id
LIMIT CAST(:at_most AS integer)
