-- Everything that was ever a cause of liability at one metre for one element, as known at a moment, in no order.
-- Takes carriageway_ids (one id), at_cm, element, decided_on and known_at. Works accepted without any term are named too
-- (`no_term`, weakest), to say so. Contracts and parties are looked up after all causes stand together: once, not for
-- each kind.
WITH cause AS (
    -- include: liability_causes
),
named AS (
    SELECT kind, source_id, strength, first_by, then_by, number, period, contract_id
    FROM cause
    WHERE element = CAST(:element AS text) AND extent @> CAST(:at_cm AS integer)
    UNION ALL
    SELECT 'no_term', a.id, 5, a.accepted_on, NULL, NULL, NULL, s.contract_id
    FROM contract_section s
    JOIN acceptance a
        ON a.section_id = s.id AND a.recorded @> CAST(:known_at AS timestamptz)
        AND CAST(:element AS text) = ANY (a.elements) AND a.extent @> CAST(:at_cm AS integer)
    WHERE s.carriageway_id = ANY (CAST(:carriageway_ids AS integer[])) AND s.extent @> CAST(:at_cm AS integer)
        AND s.recorded @> CAST(:known_at AS timestamptz)
        AND NOT EXISTS (
            SELECT FROM warranty w
            WHERE w.acceptance_id = a.id AND w.element = CAST(:element AS text)
                AND w.extent @> CAST(:at_cm AS integer) AND w.recorded @> CAST(:known_at AS timestamptz)
        )
)
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
