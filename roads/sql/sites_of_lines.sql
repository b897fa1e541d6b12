-- What decides the deadlines of lines: region, category of road, element, severity, and when winter is there.
-- Takes line_ids (int[]). The region is the place's own, else its road's, else the contract's.
WITH site AS (
    SELECT
        l.id, coalesce(y.kato, r.kato, nullif(c.kato, '')) AS kato, coalesce(y.category, r.category) AS category,
        l.element, d.severity
    FROM claim_line l
    JOIN defect d ON d.id = l.defect_id
    JOIN contract c ON c.id = l.contract_id
    JOIN carriageway y ON y.id = l.carriageway_id
    LEFT JOIN road r ON r.id = y.road_id
    WHERE l.id = ANY (CAST(:line_ids AS integer[]))
)
SELECT s.id, s.kato, s.category, s.element, s.severity, g.winter_from, g.winter_to
FROM site s
LEFT JOIN region g ON g.kato = left(s.kato, 2)
