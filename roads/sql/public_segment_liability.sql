-- Who answers for the parts of a segment on a day. Takes id, element, today. What no row covers has no warranty.
SELECT
    greatest(lower(l.extent), lower(s.extent)) AS from_cm, least(upper(l.extent), upper(s.extent)) AS to_cm,
    l.kind, c.id AS contract_id, c.number, c.contractor, c.contractor_bin, c.kind_of_works, w.ends_on,
    w.ends_on - CAST(:today AS date) AS days_left
FROM segment s
JOIN liability l
    ON l.carriageway_id = s.carriageway_id AND l.extent && s.extent AND l.element = CAST(:element AS text)
    AND l.period @> CAST(:today AS date)
LEFT JOIN public_contract c ON c.id = l.contract_id
LEFT JOIN warranty w ON l.kind IN ('warranty', 'term_unknown', 'expired') AND w.id = l.source_id
WHERE s.id = CAST(:id AS integer)
ORDER BY 1
