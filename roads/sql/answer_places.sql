-- Who answers for each part of each place. Takes what its includes take and rule_version (int); gives the answers:
-- defect_id, carriageway_id, from_cm, to_cm, source_id, contract_id, decided_on, rule_version, outcome, reason,
-- likely_outcome (and keys without nulls to compare them by).
--
-- Each liability row is spread over the kilometres it touches, so that the join is a hash on
-- (carriageway, element, kilometre) with the ranges checked after; both sides of a pair may share several kilometres,
-- so it counts in the first one only. What no row covers has no warranty. Points then look around as far as their GPS
-- accuracy reaches: an answer that changes within it needs a person (the ends of the carriageway do not count).
WITH place AS MATERIALIZED (
    SELECT
        p.defect_id, p.carriageway_id, p.element, p.from_cm, p.to_cm, p.covered_on, p.confidence,
        p.to_cm - p.from_cm = 1 AS is_point,
        CASE WHEN p.to_cm - p.from_cm = 1 THEN greatest(p.accuracy_cm - 1, 0) ELSE 0 END AS reach_cm
    FROM (
        -- include: places_of_carriageways
    ) AS p
),
row_km AS MATERIALIZED (
    SELECT
        l.carriageway_id, l.element, km, lower(l.extent) AS from_cm, upper(l.extent) AS to_cm, l.period, l.kind,
        l.source_id, l.contract_id, lower(l.extent) / 100000 AS first_km
    FROM (
        -- include: liability_stored
    ) AS l
    CROSS JOIN LATERAL generate_series(lower(l.extent) / 100000, (upper(l.extent) - 1) / 100000) AS km
),
point AS MATERIALIZED (
    SELECT
        p.defect_id, p.carriageway_id, p.element, p.from_cm, p.to_cm, p.covered_on, p.confidence, p.reach_cm,
        l.kind, l.source_id, l.contract_id, l.from_cm AS answer_from_cm, l.to_cm AS answer_to_cm
    FROM place p
    LEFT JOIN row_km l
        ON l.carriageway_id = p.carriageway_id AND l.element = p.element AND l.km = p.from_cm / 100000
        AND p.from_cm >= l.from_cm AND p.from_cm < l.to_cm AND l.period @> p.covered_on
    WHERE p.is_point
),
-- Points whose accuracy reaches past the row that answers them; only for these does the neighbourhood matter.
suspect AS MATERIALIZED (
    SELECT
        p.defect_id, p.carriageway_id, p.element, p.from_cm AS at_cm, p.covered_on, p.kind, p.contract_id,
        greatest(p.from_cm - p.reach_cm, lower(w.extent)) AS from_cm,
        least(p.from_cm + p.reach_cm + 1, upper(w.extent)) AS to_cm
    FROM point p
    JOIN carriageway w ON w.id = p.carriageway_id
    WHERE p.reach_cm > 0
        AND (p.kind IS NULL OR p.from_cm - p.reach_cm < p.answer_from_cm OR p.to_cm + p.reach_cm > p.answer_to_cm)
),
near_boundary AS MATERIALIZED (
    SELECT s.defect_id, s.carriageway_id, s.at_cm
    FROM suspect s
    CROSS JOIN LATERAL generate_series(s.from_cm / 100000, (s.to_cm - 1) / 100000) AS km
    LEFT JOIN row_km l
        ON l.carriageway_id = s.carriageway_id AND l.element = s.element AND l.km = km.km
        AND l.from_cm < s.to_cm AND l.to_cm > s.from_cm AND l.period @> s.covered_on
        AND l.km = greatest(l.first_km, s.from_cm / 100000)
    GROUP BY s.defect_id, s.carriageway_id, s.at_cm, s.kind, s.from_cm, s.to_cm
    HAVING
        bool_or(l.kind IS NOT NULL AND (l.kind, l.contract_id) IS DISTINCT FROM (s.kind, s.contract_id))
        OR (
            s.kind IS NOT NULL
            -- least and greatest pass over NULL: a kilometre without any row must not count as covered.
            AND coalesce(
                sum(least(l.to_cm, s.to_cm) - greatest(l.from_cm, s.from_cm)) FILTER (WHERE l.kind IS NOT NULL), 0
            ) < s.to_cm - s.from_cm
        )
),
stretch_km AS (
    SELECT p.defect_id, p.carriageway_id, p.element, p.from_cm, p.to_cm, p.covered_on, p.confidence, km
    FROM place p, generate_series(p.from_cm / 100000, (p.to_cm - 1) / 100000) AS km
    WHERE NOT p.is_point
),
-- Neighbouring rows may give one answer (their periods differ): they are one part.
stretch_part AS MATERIALIZED (
    SELECT
        p.defect_id, p.carriageway_id, p.from_cm AS place_from_cm, p.to_cm AS place_to_cm, p.covered_on, p.confidence,
        l.kind, l.source_id, l.contract_id,
        range_agg(int4range(greatest(p.from_cm, l.from_cm), least(p.to_cm, l.to_cm))) AS extents
    FROM stretch_km p
    JOIN row_km l
        ON l.carriageway_id = p.carriageway_id AND l.element = p.element AND l.km = p.km
        AND p.from_cm < l.to_cm AND p.to_cm > l.from_cm AND l.period @> p.covered_on
        AND l.km = greatest(l.first_km, p.from_cm / 100000)
    GROUP BY
        p.defect_id, p.carriageway_id, p.from_cm, p.to_cm, p.covered_on, p.confidence, l.kind, l.source_id, l.contract_id
),
stretch_gap AS (
    SELECT
        p.defect_id, p.carriageway_id, p.covered_on, p.confidence,
        int4multirange(int4range(p.from_cm, p.to_cm)) - coalesce(given.extents, '{}') AS extents
    FROM place p
    LEFT JOIN (
        SELECT
            s.defect_id, s.carriageway_id, s.place_from_cm, range_agg(extent) AS extents
        FROM stretch_part s, unnest(s.extents) AS extent
        GROUP BY s.defect_id, s.carriageway_id, s.place_from_cm
    ) AS given
        ON given.defect_id = p.defect_id AND given.carriageway_id = p.carriageway_id
        AND given.place_from_cm = p.from_cm
    WHERE NOT p.is_point
),
part AS (
    SELECT
        p.defect_id, p.carriageway_id, p.from_cm, p.to_cm, p.covered_on, p.confidence, p.kind, p.source_id,
        p.contract_id, b.defect_id IS NOT NULL AS is_near_boundary
    FROM point p
    LEFT JOIN near_boundary b
        ON b.defect_id = p.defect_id AND b.carriageway_id = p.carriageway_id AND b.at_cm = p.from_cm
    UNION ALL
    SELECT
        defect_id, carriageway_id, lower(extent), upper(extent), covered_on, confidence, kind, source_id, contract_id, false
    FROM stretch_part, unnest(extents) AS extent
    UNION ALL
    SELECT defect_id, carriageway_id, lower(extent), upper(extent), covered_on, confidence, NULL, NULL, NULL, false
    FROM stretch_gap, unnest(extents) AS extent
    UNION ALL
    SELECT defect_id, NULL, NULL, NULL, covered_on, confidence, NULL, NULL, NULL, false
    FROM place
    WHERE carriageway_id IS NULL
),
judged AS (
    SELECT
        part.*,
        CASE kind
            WHEN 'carve_out' THEN 'excluded'
            WHEN 'warranty' THEN 'under_warranty'
            WHEN 'term_unknown' THEN 'under_warranty'
            WHEN 'works' THEN 'not_yet_accepted'
            WHEN 'expired' THEN 'expired'
            ELSE 'no_warranty'
        END AS answer,
        CASE
            WHEN confidence <> 'certain' THEN confidence
            WHEN kind = 'term_unknown' THEN 'term_unknown'
            WHEN is_near_boundary THEN 'near_boundary'
        END AS reason
    FROM part
)
SELECT
    defect_id, coalesce(carriageway_id, 0) AS place_key, carriageway_id, coalesce(from_cm, 0) AS from_key, from_cm,
    to_cm, source_id, contract_id, covered_on AS decided_on, CAST(:rule_version AS integer) AS rule_version,
    CASE WHEN reason IS NULL THEN answer ELSE 'needs_review' END AS outcome,
    reason,
    CASE WHEN reason IS NOT NULL AND carriageway_id IS NOT NULL THEN answer END AS likely_outcome
FROM judged
