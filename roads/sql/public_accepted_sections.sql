-- Accepted sections, the latest accepted first. Takes today, skipped and at_most.
SELECT
    a.id, a.accepted_on, lower(a.extent) AS from_cm, upper(a.extent) AS to_cm, w.direction, r.id AS road_id, r.reference,
    r.name_kk, r.name_ru, r.name_en, c.id AS contract_id, c.number AS contract, c.contractor, c.contractor_bin
FROM acceptance a
JOIN contract_section t ON t.id = a.section_id AND upper_inf(t.recorded)
JOIN public_contract c ON c.id = t.contract_id
JOIN carriageway w ON w.id = t.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
WHERE upper_inf(a.recorded) AND a.accepted_on <= CAST(:today AS date)
ORDER BY a.accepted_on DESC, a.id DESC
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
