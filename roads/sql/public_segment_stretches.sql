-- Who answers for each stretch of a segment on a day, element by element, with everything that was ever a cause of
-- liability on the stretch, strongest first. Takes id (segment), decided_on, known_at ('infinity').
-- The stretches are the projection's, so each has one answer; of those on which nobody answers `answer` is empty. The
-- pavement comes first.
WITH asked AS MATERIALIZED (
    SELECT carriageway_id, extent FROM segment WHERE id = CAST(:id AS integer)
),
cause AS (
    -- include: liability_causes (carriageway_ids = ARRAY[(SELECT carriageway_id FROM asked)])
),
touching AS MATERIALIZED (
    SELECT
        c.element, c.extent, c.kind, c.source_id, c.strength, c.first_by, c.then_by, c.number, c.period, c.contract_id
    FROM asked s
    JOIN cause c ON c.extent && s.extent
    UNION ALL
    SELECT element, a.extent, 'no_term', a.id, 5, a.accepted_on, NULL, NULL, NULL, t.contract_id
    FROM asked s
    JOIN contract_section t ON t.carriageway_id = s.carriageway_id AND upper_inf(t.recorded)
    JOIN acceptance a ON a.section_id = t.id AND upper_inf(a.recorded) AND a.extent && s.extent
    CROSS JOIN unnest(a.elements) AS element
    WHERE NOT EXISTS (
        SELECT
        FROM warranty w
        WHERE w.acceptance_id = a.id AND w.element = element AND w.extent && s.extent AND upper_inf(w.recorded)
    )
),
named AS (
    SELECT DISTINCT kind, source_id, strength, first_by, then_by, number, period, contract_id FROM touching
),
answered AS MATERIALIZED (
    -- A row ends where its period becomes another, too: neighbours that give one answer are one stretch.
    SELECT l.element, l.kind, l.source_id, unnest(range_agg(l.extent * s.extent)) AS extent
    FROM asked s
    JOIN liability l
        ON l.carriageway_id = s.carriageway_id AND l.extent && s.extent AND l.period @> CAST(:decided_on AS date)
    GROUP BY l.element, l.kind, l.source_id
),
stretch AS (
    SELECT element, kind, extent FROM answered
    UNION ALL
    SELECT e.element, NULL, gap
    FROM asked s
    CROSS JOIN (SELECT 'pavement' AS element UNION SELECT element FROM touching) AS e
    CROSS JOIN LATERAL unnest(
        int4multirange(s.extent)
        - coalesce((SELECT range_agg(a.extent) FROM answered a WHERE a.element = e.element), '{}')
    ) AS gap
)
SELECT p.element, lower(p.extent) AS from_cm, upper(p.extent) AS to_cm, p.kind AS answer, told.*
FROM stretch p
LEFT JOIN touching t ON t.element = p.element AND t.extent && p.extent
LEFT JOIN (
    -- include: name_causes
) AS told ON told.kind = t.kind AND told.source_id = t.source_id
ORDER BY
    p.element <> 'pavement', p.element, p.extent,
    told.strength, told.first_by DESC, told.then_by DESC NULLS LAST, told.sort_number, told.contract_id, told.source_id
