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
-- include: name_causes
