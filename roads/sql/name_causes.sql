-- What is told of causes of liability (a relation `named`): contract, party, term and where that came from, and whether
-- they cover a day. Takes decided_on.
SELECT
    c.kind, c.source_id, c.strength, c.first_by, c.then_by, coalesce(c.number, k.number) AS sort_number,
    coalesce(c.period @> CAST(:decided_on AS date), false) AS covers,
    coalesce(lower(c.period), c.first_by) AS from_on,
    CASE WHEN NOT upper_inf(c.period) THEN upper(c.period) - 1 END AS to_on,
    k.id AS contract_id, k.number, k.kind_of_works, k.signed_on, k.contractor, k.contractor_bin,
    CASE WHEN c.kind = 'no_term' THEN c.first_by ELSE w.accepted_on END AS accepted_on, w.months, w.term_origin,
    w.term_state, w.ends_on, r.is_confirmed AS term_confirmed, r.legal_basis,
    v.liable, v.liable_bin
FROM named c
LEFT JOIN public_contract k ON k.id = c.contract_id
LEFT JOIN warranty w ON c.kind IN ('warranty', 'term_unknown', 'expired') AND w.id = c.source_id
LEFT JOIN term_rule r ON r.id = w.term_rule_id
LEFT JOIN public_carve_out v ON c.kind = 'carve_out' AND v.id = c.source_id
