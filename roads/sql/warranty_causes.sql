-- What decides the warranty periods of contracts: one row for each accepted part, element and stretch that amendments
-- and suspensions treat alike. Takes contract_ids (int[]). Python works the periods out; calendars never appear in SQL.
-- The term rule is the one in force on the day of signing: the longest matching KATO prefix, then the most specific
-- (most conditions given; of as many: element, traffic, category, significance), for the contract's KATO as written,
-- else the road's. Without a KATO nobody can say which jurisdiction rules: no rule, so the term is unknown.
WITH accepted AS MATERIALIZED (
    SELECT
        a.id AS acceptance_id, s.contract_id, s.carriageway_id, element, a.extent * s.extent AS extent, a.accepted_on
    FROM contract_section s
    JOIN acceptance a ON a.section_id = s.id AND upper_inf(a.recorded)
    CROSS JOIN unnest(a.elements) AS element
    WHERE s.contract_id = ANY (CAST(:contract_ids AS integer[])) AND upper_inf(s.recorded)
),
happened AS MATERIALIZED (
    SELECT
        a.acceptance_id, a.element, e.id, e.kind, e.from_on, e.to_on, e.months, e.recorded,
        a.extent * coalesce(e.extent, a.extent) AS extent
    FROM accepted a
    JOIN contract_event e
        ON e.contract_id = a.contract_id AND e.kind IN ('amendment', 'suspension') AND upper_inf(e.recorded)
        AND (e.carriageway_id IS NULL OR e.carriageway_id = a.carriageway_id)
        AND (e.elements IS NULL OR a.element = ANY (e.elements))
),
bound AS (
    SELECT acceptance_id, element, lower(extent) AS cm FROM accepted
    UNION SELECT acceptance_id, element, upper(extent) FROM accepted
    UNION SELECT acceptance_id, element, lower(extent) FROM happened WHERE NOT isempty(extent)
    UNION SELECT acceptance_id, element, upper(extent) FROM happened WHERE NOT isempty(extent)
),
strip AS (
    SELECT
        acceptance_id, element,
        int4range(cm, lead(cm) OVER (PARTITION BY acceptance_id, element ORDER BY cm)) AS strip
    FROM bound
)
SELECT
    a.acceptance_id, a.contract_id, a.carriageway_id, a.element,
    lower(strip.strip) AS from_cm, upper(strip.strip) AS to_cm, a.accepted_on,
    c.stated_term_months, rule.id AS rule_id, rule.months AS rule_months,
    coalesce(amended.days, '{}') AS amended_on, coalesce(amended.months, '{}') AS amended_months,
    coalesce(suspended.first, '{}') AS suspended_from, coalesce(suspended.last, '{}') AS suspended_to
FROM accepted a
JOIN strip ON strip.acceptance_id = a.acceptance_id AND strip.element = a.element AND strip.strip <@ a.extent
JOIN contract c ON c.id = a.contract_id
JOIN carriageway w ON w.id = a.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN LATERAL (
    SELECT t.vehicles_per_day
    FROM traffic_count t
    WHERE t.road_id = w.road_id AND t.counted_on <= c.signed_on
    ORDER BY t.counted_on DESC
    LIMIT 1
) AS traffic ON true
LEFT JOIN LATERAL (
    SELECT t.id, t.months
    FROM term_rule t
    WHERE upper_inf(t.recorded)
        AND t.kind_of_works = c.kind_of_works
        AND t.signed @> c.signed_on
        AND coalesce(nullif(c.kato, ''), w.kato, r.kato) LIKE t.kato || '%'
        AND (t.significance IS NULL OR t.significance = coalesce(w.significance, r.significance))
        AND (t.category IS NULL OR t.category = coalesce(w.category, r.category))
        AND (t.traffic IS NULL OR t.traffic @> traffic.vehicles_per_day)
        AND (t.element IS NULL OR t.element = a.element)
    ORDER BY
        length(t.kato) DESC,
        num_nonnulls(t.significance, t.category, t.traffic, t.element) DESC,
        t.element IS NULL, t.traffic IS NULL, t.category IS NULL, t.significance IS NULL, t.id
    LIMIT 1
) AS rule ON true
LEFT JOIN LATERAL (
    SELECT
        array_agg(h.from_on ORDER BY h.from_on, lower(h.recorded), h.id) AS days,
        array_agg(h.months ORDER BY h.from_on, lower(h.recorded), h.id) AS months
    FROM happened h
    WHERE h.acceptance_id = a.acceptance_id AND h.element = a.element AND h.kind = 'amendment'
        AND h.extent @> strip.strip
) AS amended ON true
LEFT JOIN LATERAL (
    SELECT array_agg(h.from_on ORDER BY h.id) AS first, array_agg(h.to_on ORDER BY h.id) AS last
    FROM happened h
    WHERE h.acceptance_id = a.acceptance_id AND h.element = a.element AND h.kind = 'suspension'
        AND h.extent @> strip.strip
) AS suspended ON true
ORDER BY a.acceptance_id, a.element, strip.strip
