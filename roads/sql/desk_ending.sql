-- Contracts of whoever acts whose warranty ends within some days over open defects that nobody has claimed yet, those with
-- the most money at risk for each day left first. Takes on (date), contract_ids (int[]), ahead_days (int) and at_most. `draft_id` is the first
-- draft that waits for somebody to issue it; `total` counts beyond at_most.
WITH part AS MATERIALIZED (
    SELECT p.defect_id, p.contract_id, p.carriageway_id, p.extent, p.ends_on, d.length_m
    FROM (
        -- include: claimable_parts
    ) AS p
    JOIN defect d ON d.id = p.defect_id
    -- Only carriageways with such a warranty are looked at: answers have no index by contract, and need none for the jobs.
    WHERE p.carriageway_id IN (
            SELECT w.carriageway_id
            FROM warranty w
            WHERE w.contract_id = ANY (CAST(:contract_ids AS integer[]))
                AND w.ends_on BETWEEN CAST(:on AS date) AND CAST(:on AS date) + CAST(:ahead_days AS integer)
        )
        AND p.ends_on BETWEEN CAST(:on AS date) AND CAST(:on AS date) + CAST(:ahead_days AS integer)
        AND NOT EXISTS (
            SELECT
            FROM claim_line l
            WHERE l.defect_id = p.defect_id AND l.carriageway_id = p.carriageway_id AND l.extent && p.extent
                AND l.facts IS NOT NULL AND l.state <> 'withdrawn'
        )
)
SELECT
    c.id AS contract_id, c.number AS contract, o.name AS contractor, e.defects, e.ends_on, e.tenge,
    e.ends_on - CAST(:on AS date) AS days_left,
    (
        SELECT min(l.claim_id)
        FROM claim_line l
        WHERE l.contract_id = c.id AND l.state = 'drafted'
    ) AS draft_id,
    count(*) OVER () AS total
FROM (
    SELECT
        part.contract_id, count(DISTINCT part.defect_id) AS defects, min(part.ends_on) AS ends_on,
        sum(worth.tenge) AS tenge
    FROM part
    JOIN contract c ON c.id = part.contract_id
    CROSS JOIN LATERAL (
        -- include: value_of_extent
    ) AS worth
    GROUP BY part.contract_id
) AS e
JOIN contract c ON c.id = e.contract_id
JOIN organisation o ON o.id = c.contractor_id
ORDER BY e.tenge / (e.ends_on - CAST(:on AS date) + 1) DESC NULLS LAST, e.ends_on, c.id
LIMIT CAST(:at_most AS integer)
