-- Drafts that wait for somebody to issue them, those with the most money at risk for each day left of the warranty first.
-- Takes on (date) and at_most; whoever acts sees their own. `total` counts beyond at_most.
SELECT
    b.claim_id, b.detected_on, b.contract_id, b.contract, b.contractor, b.lines, b.ends_on, b.tenge,
    b.ends_on - CAST(:on AS date) AS days_left, count(*) OVER () AS total
FROM (
    SELECT
        m.id AS claim_id, m.detected_on, c.id AS contract_id, c.number AS contract, o.name AS contractor,
        count(*) AS lines, min(w.ends_on) AS ends_on, sum(worth.tenge) AS tenge
    FROM claim m
    JOIN LATERAL (
        SELECT l.extent, d.length_m, l.warranty_id
        FROM claim_line l JOIN defect d ON d.id = l.defect_id
        WHERE l.claim_id = m.id AND l.state = 'drafted'
    ) AS part ON true
    JOIN warranty w ON w.id = part.warranty_id
    JOIN contract c ON c.id = m.contract_id
    JOIN organisation o ON o.id = c.contractor_id
    CROSS JOIN LATERAL (
        -- include: value_of_extent
    ) AS worth
    WHERE m.issued_on IS NULL
    GROUP BY m.id, c.id, o.name
) AS b
ORDER BY b.tenge / greatest(b.ends_on - CAST(:on AS date) + 1, 1) DESC NULLS LAST, b.ends_on, b.claim_id
LIMIT CAST(:at_most AS integer)
