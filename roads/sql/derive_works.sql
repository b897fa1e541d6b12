-- The days on which works of contracts were under way, and where: signed, until accepted or terminated.
-- Takes contract_ids (int[]). Closes rows that no longer hold, adds those that are missing; gives how many of each.
-- A section accepted in parts is cut at their ends; the rest stays under way.
WITH wanted_section AS MATERIALIZED (
    SELECT s.id AS section_id, s.contract_id, s.carriageway_id, s.extent, element, c.signed_on
    FROM contract_section s
    JOIN contract c ON c.id = s.contract_id
    CROSS JOIN unnest(s.elements) AS element
    WHERE s.contract_id = ANY (CAST(:contract_ids AS integer[])) AND upper_inf(s.recorded)
),
ending AS (
    SELECT s.section_id, s.element, s.extent * a.extent AS extent, a.accepted_on AS ends_on
    FROM wanted_section s
    JOIN acceptance a ON a.section_id = s.section_id AND s.element = ANY (a.elements) AND upper_inf(a.recorded)
    UNION ALL
    SELECT s.section_id, s.element, s.extent * coalesce(e.extent, s.extent), e.from_on
    FROM wanted_section s
    JOIN contract_event e
        ON e.contract_id = s.contract_id AND e.kind = 'termination' AND upper_inf(e.recorded)
        AND (e.carriageway_id IS NULL OR e.carriageway_id = s.carriageway_id)
        AND (e.elements IS NULL OR s.element = ANY (e.elements))
),
bound AS (
    SELECT section_id, element, lower(extent) AS cm FROM wanted_section
    UNION SELECT section_id, element, upper(extent) FROM wanted_section
    UNION SELECT section_id, element, lower(extent) FROM ending WHERE NOT isempty(extent)
    UNION SELECT section_id, element, upper(extent) FROM ending WHERE NOT isempty(extent)
),
strip AS (
    SELECT section_id, element, int4range(cm, lead(cm) OVER (PARTITION BY section_id, element ORDER BY cm)) AS strip
    FROM bound
),
dated AS (
    SELECT s.section_id, s.contract_id, s.carriageway_id, s.element, strip.strip, s.signed_on, min(e.ends_on) AS ends_on
    FROM wanted_section s
    JOIN strip ON strip.section_id = s.section_id AND strip.element = s.element AND strip.strip <@ s.extent
    LEFT JOIN ending e ON e.section_id = s.section_id AND e.element = s.element AND e.extent @> strip.strip
    GROUP BY s.section_id, s.contract_id, s.carriageway_id, s.element, strip.strip, s.signed_on
),
wanted AS MATERIALIZED (
    SELECT
        section_id, contract_id, carriageway_id, element, unnest(range_agg(strip)) AS extent, signed_on,
        daterange(signed_on, ends_on) AS period
    FROM dated
    WHERE ends_on IS NULL OR signed_on < ends_on
    GROUP BY section_id, contract_id, carriageway_id, element, signed_on, ends_on
),
known AS MATERIALIZED (
    SELECT id, section_id, contract_id, carriageway_id, element, extent, signed_on, period
    FROM works
    WHERE contract_id = ANY (CAST(:contract_ids AS integer[])) AND upper_inf(recorded)
),
closed AS (
    UPDATE works w
    -- Two changes in one transaction must not leave an empty recorded period.
    SET recorded = tstzrange(lower(w.recorded), greatest(clock_timestamp(), lower(w.recorded) + interval '1 microsecond'))
    FROM known k
    WHERE w.id = k.id AND NOT EXISTS (
        SELECT FROM wanted n
        WHERE (n.section_id, n.element, n.extent, n.signed_on, n.period)
            = (k.section_id, k.element, k.extent, k.signed_on, k.period)
    )
    RETURNING w.id
),
added AS (
    INSERT INTO works (section_id, contract_id, carriageway_id, element, extent, signed_on, period)
    SELECT section_id, contract_id, carriageway_id, element, extent, signed_on, period
    FROM wanted n
    WHERE NOT EXISTS (
        SELECT FROM known k
        WHERE (n.section_id, n.element, n.extent, n.signed_on, n.period)
            = (k.section_id, k.element, k.extent, k.signed_on, k.period)
    )
    RETURNING id
)
SELECT (SELECT count(*) FROM closed) AS closed, (SELECT count(*) FROM added) AS added
