-- Where a contract works, what was accepted when, and until when it answers today. Takes id (contract) and today.
SELECT
    s.id, w.source_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en,
    lower(coalesce(a.extent, s.extent)) AS from_cm, upper(coalesce(a.extent, s.extent)) AS to_cm,
    coalesce(a.elements, s.elements) AS elements, a.accepted_on, a.act_number, term.ends_on, term.months, term.term_origin
FROM contract_section s
JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN acceptance a ON a.section_id = s.id AND upper_inf(a.recorded)
LEFT JOIN LATERAL (
    SELECT v.ends_on, v.months, v.term_origin
    FROM warranty v
    WHERE v.acceptance_id = a.id AND upper_inf(v.recorded) AND v.term_state = 'known'
    ORDER BY v.in_force @> CAST(:today AS date) DESC, v.ends_on DESC
    LIMIT 1
) AS term ON true
WHERE s.contract_id = CAST(:id AS integer) AND upper_inf(s.recorded)
ORDER BY r.reference, w.source_id, 8
