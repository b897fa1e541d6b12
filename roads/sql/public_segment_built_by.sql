-- Who laid what lies on a segment, and who answers for it: the latest accepted pavement at its middle, and the answer for
-- the pavement there. Takes id and today.
SELECT
    c.id AS contract_id, c.number, c.contractor, c.contractor_bin, c.kind_of_works, c.value_tenge, a.accepted_on,
    held.kind, held.contract_id AS answering_id, held.number AS answering_number, held.contractor AS answering,
    held.contractor_bin AS answering_bin, held.kind_of_works AS answering_kind, held.ends_on,
    held.ends_on - CAST(:today AS date) AS days_left
FROM (
    SELECT carriageway_id, (lower(extent) + upper(extent)) / 2 AS middle_cm
    FROM segment
    WHERE id = CAST(:id AS integer)
) AS s
LEFT JOIN LATERAL (
    SELECT t.contract_id, a.accepted_on
    FROM contract_section t
    JOIN acceptance a ON a.section_id = t.id AND upper_inf(a.recorded)
    WHERE t.carriageway_id = s.carriageway_id AND upper_inf(t.recorded) AND a.extent @> s.middle_cm
        AND 'pavement' = ANY (a.elements) AND a.accepted_on <= CAST(:today AS date)
    ORDER BY a.accepted_on DESC, a.id DESC
    LIMIT 1
) AS a ON true
LEFT JOIN public_contract c ON c.id = a.contract_id
LEFT JOIN LATERAL (
    SELECT l.kind, h.id AS contract_id, h.number, h.contractor, h.contractor_bin, h.kind_of_works, w.ends_on
    FROM liability l
    JOIN public_contract h ON h.id = l.contract_id
    LEFT JOIN warranty w ON l.kind = 'warranty' AND w.id = l.source_id
    WHERE l.carriageway_id = s.carriageway_id AND l.element = 'pavement' AND l.extent @> s.middle_cm
        AND l.period @> CAST(:today AS date) AND l.kind IN ('warranty', 'term_unknown', 'works')
) AS held ON true
