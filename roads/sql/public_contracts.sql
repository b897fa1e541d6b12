-- Contracts. Takes after (id), at_most, contractor (BIN or null), region (KATO prefix or null), since (signed on or after).
SELECT
    id, number, kind_of_works, signed_on, value_tenge, stated_term_months, kato, customer_bin, customer, contractor_bin,
    contractor, supervisor_bin, supervisor
FROM public_contract
WHERE id > CAST(:after AS integer)
    AND (CAST(:contractor AS text) IS NULL OR contractor_bin = CAST(:contractor AS text))
    AND (CAST(:region AS text) IS NULL OR kato LIKE CAST(:region AS text) || '%')
    AND (CAST(:since AS date) IS NULL OR signed_on >= CAST(:since AS date))
ORDER BY id
LIMIT CAST(:at_most AS integer)
