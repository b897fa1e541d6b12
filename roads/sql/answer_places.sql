-- Who answers for each part of each place. Takes what its includes take and rule_version (int); gives the answers:
-- defect_id, carriageway_id, from_cm, to_cm, source_id, contract_id, decided_on, rule_version, outcome, reason,
-- likely_outcome (and keys without nulls to compare them by).
--
-- Each liability row is spread over the kilometres it touches, so that the join is a hash on
-- (carriageway, element, kilometre) with the ranges checked after. What no row covers has no warranty. A point sees as
-- far as its GPS accuracy reaches, and an answer that changes within it needs a person (the ends of the carriageway do
-- not count); so that a point looks into one kilometre only, the rows are widened by the longest reach there is.
WITH place AS NOT MATERIALIZED (
    SELECT
        defect_id, carriageway_id, element, from_cm, to_cm, covered_on, accuracy_cm,
        nullif(confidence, 'certain') AS unsure
    FROM (
        -- include: places_of_carriageways
    ) AS p
),
-- Stretches, and points that see farther than 100 m.
far AS MATERIALIZED (
    SELECT * FROM place WHERE to_cm - from_cm > 1 OR accuracy_cm > 10000
),
row_km AS NOT MATERIALIZED (
    SELECT
        l.carriageway_id, l.element, km, widened.first_km, lower(l.extent) AS from_cm, upper(l.extent) AS to_cm,
        lower(l.period) AS from_on, coalesce(upper(l.period), 'infinity') AS until_on,
        CASE l.kind
            WHEN 'warranty' THEN 'under_warranty'
            WHEN 'expired' THEN 'expired'
            WHEN 'works' THEN 'not_yet_accepted'
            WHEN 'carve_out' THEN 'excluded'
            WHEN 'term_unknown' THEN 'under_warranty'
        END AS answer,
        CASE WHEN l.kind = 'term_unknown' THEN 'term_unknown' END AS doubt,
        l.source_id, l.contract_id
    FROM (
        -- include: liability_stored
    ) AS l
    CROSS JOIN (SELECT greatest(10000, max(accuracy_cm) FILTER (WHERE to_cm - from_cm = 1)) AS cm FROM far) AS reach
    CROSS JOIN LATERAL (
        SELECT (lower(l.extent) - reach.cm) / 100000 AS first_km, (upper(l.extent) + reach.cm) / 100000 AS last_km
    ) AS widened
    CROSS JOIN LATERAL generate_series(widened.first_km, widened.last_km) AS km
    -- Always true: lets the planner reckon with five kilometres a row instead of a thousand.
    WHERE km % 1 = 0
    OFFSET 0 -- so that bounds are worked out once, not for each pair that is looked at
),
asked AS NOT MATERIALIZED (
    SELECT
        defect_id, carriageway_id, element, from_cm, to_cm, covered_on, unsure, true AS is_point,
        greatest(accuracy_cm - 1, 0) AS reach_cm, from_cm / 100000 AS km, from_cm / 100000 AS first_km
    FROM place
    WHERE coalesce(to_cm - from_cm, 1) = 1
    UNION ALL
    SELECT
        defect_id, carriageway_id, element, from_cm, to_cm, covered_on, unsure, false, 0, km, from_cm / 100000
    FROM far, generate_series(from_cm / 100000, (to_cm - 1) / 100000) AS km
    WHERE to_cm - from_cm > 1 AND km % 1 = 0
),
-- Places with all that is seen from them: of a point as a rule one row, or none, that holds as far as it sees.
seen AS MATERIALIZED (
    SELECT
        p.defect_id, p.carriageway_id, p.from_cm, p.to_cm, p.covered_on, p.unsure, p.is_point, p.reach_cm,
        l.answer, l.doubt, l.source_id, l.contract_id, l.from_cm AS row_from_cm, l.to_cm AS row_to_cm,
        coalesce(l.from_cm <= p.from_cm - p.reach_cm AND l.to_cm >= p.to_cm + p.reach_cm, true) AS is_certain
    FROM asked p
    LEFT JOIN row_km l
        ON l.carriageway_id = p.carriageway_id AND l.element = p.element AND l.km = p.km
        -- Days first: of the rows of a kilometre, works, warranty and expiry lie on the same metres.
        AND l.from_on <= p.covered_on AND l.until_on > p.covered_on
        AND l.from_cm < p.to_cm + p.reach_cm AND l.to_cm > p.from_cm - p.reach_cm
        -- A pair that shares several kilometres counts in the first one.
        AND l.km = greatest(l.first_km, p.first_km)
),
doubtful AS (
    SELECT
        p.defect_id, p.carriageway_id, p.from_cm, p.to_cm, p.covered_on, p.unsure,
        max(p.answer) FILTER (WHERE is_here) AS answer,
        max(p.doubt) FILTER (WHERE is_here) AS doubt,
        max(p.source_id) FILTER (WHERE is_here) AS source_id,
        max(p.contract_id) FILTER (WHERE is_here) AS contract_id,
        -- Nobody answers here, or not for all that is seen, or others answer for some of it.
        NOT bool_or(is_here)
        OR sum(least(p.row_to_cm, window_cm.to_cm) - greatest(p.row_from_cm, window_cm.from_cm)) < window_cm.to_cm - window_cm.from_cm
        OR count(DISTINCT (p.answer, p.doubt, p.contract_id)) > 1 AS is_near_boundary
    FROM seen p
    CROSS JOIN LATERAL (
        SELECT
            greatest(p.from_cm - p.reach_cm, lower(w.extent)) AS from_cm,
            least(p.to_cm + p.reach_cm, upper(w.extent)) AS to_cm,
            p.row_from_cm <= p.from_cm AND p.row_to_cm >= p.to_cm AS is_here
        FROM carriageway w
        WHERE w.id = p.carriageway_id
        OFFSET 0 -- few rows: each asks the index
    ) AS window_cm
    WHERE p.is_point AND NOT p.is_certain
    GROUP BY
        p.defect_id, p.carriageway_id, p.from_cm, p.to_cm, p.covered_on, p.unsure, window_cm.from_cm, window_cm.to_cm
),
-- Neighbouring rows may give one answer (their periods differ): they are one part.
stretch_part AS MATERIALIZED (
    SELECT
        defect_id, carriageway_id, from_cm AS place_from_cm, covered_on, unsure, answer, doubt, source_id, contract_id,
        range_agg(int4range(greatest(from_cm, row_from_cm), least(to_cm, row_to_cm))) AS extents
    FROM seen
    WHERE NOT is_point AND answer IS NOT NULL
    GROUP BY defect_id, carriageway_id, from_cm, covered_on, unsure, answer, doubt, source_id, contract_id
),
stretch_gap AS (
    SELECT
        p.defect_id, p.carriageway_id, p.covered_on, p.unsure,
        int4multirange(int4range(p.from_cm, p.to_cm)) - coalesce(given.extents, '{}') AS extents
    FROM far p
    LEFT JOIN (
        SELECT
            s.defect_id, s.carriageway_id, s.place_from_cm, range_agg(extent) AS extents
        FROM stretch_part s, unnest(s.extents) AS extent
        GROUP BY s.defect_id, s.carriageway_id, s.place_from_cm
    ) AS given
        ON given.defect_id = p.defect_id AND given.carriageway_id = p.carriageway_id
        AND given.place_from_cm = p.from_cm
    WHERE p.to_cm - p.from_cm > 1
),
part AS (
    SELECT
        defect_id, carriageway_id, from_cm, to_cm, covered_on, answer, source_id, contract_id,
        coalesce(unsure, doubt) AS reason
    FROM seen
    WHERE is_point AND is_certain
    UNION ALL
    SELECT
        defect_id, carriageway_id, from_cm, to_cm, covered_on, answer, source_id, contract_id,
        coalesce(unsure, doubt, CASE WHEN is_near_boundary THEN 'near_boundary' END)
    FROM doubtful
    UNION ALL
    SELECT
        defect_id, carriageway_id, lower(extent), upper(extent), covered_on, answer, source_id, contract_id,
        coalesce(unsure, doubt)
    FROM stretch_part, unnest(extents) AS extent
    UNION ALL
    SELECT defect_id, carriageway_id, lower(extent), upper(extent), covered_on, NULL, NULL, NULL, unsure
    FROM stretch_gap, unnest(extents) AS extent
)
SELECT
    defect_id, coalesce(carriageway_id, 0) AS place_key, carriageway_id, coalesce(from_cm, 0) AS from_key, from_cm,
    to_cm, source_id, contract_id, covered_on AS decided_on, CAST(:rule_version AS integer) AS rule_version,
    CASE WHEN reason IS NULL THEN coalesce(answer, 'no_warranty') ELSE 'needs_review' END AS outcome,
    reason,
    CASE WHEN reason IS NOT NULL AND carriageway_id IS NOT NULL THEN coalesce(answer, 'no_warranty') END AS likely_outcome
FROM part
