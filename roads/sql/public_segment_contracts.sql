-- Contracts that ever worked on a segment, the latest signed first: what they cost, and how long all their stretches are
-- together (centimetres of carriageway, where they overlap once). Takes id (segment), skipped and at_most.
SELECT
    c.id, c.number, c.kind_of_works, c.signed_on, c.value_tenge, c.customer, c.contractor, c.contractor_bin,
    here.accepted_on, whole.length_cm
FROM (
    SELECT t.contract_id, max(a.accepted_on) AS accepted_on
    FROM segment s
    JOIN contract_section t ON t.carriageway_id = s.carriageway_id AND t.extent && s.extent AND upper_inf(t.recorded)
    LEFT JOIN acceptance a ON a.section_id = t.id AND a.extent && s.extent AND upper_inf(a.recorded)
    WHERE s.id = CAST(:id AS integer)
    GROUP BY t.contract_id
) AS here
JOIN public_contract c ON c.id = here.contract_id
CROSS JOIN LATERAL (
    -- include: length_of_contract
) AS whole
ORDER BY c.signed_on DESC, c.id DESC
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
