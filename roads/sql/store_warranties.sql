-- Keeps the warranties of contracts as worked out: closes rows that no longer hold, adds those that are missing.
-- Takes contract_ids (int[]) and `wanted`, the rows as JSON. Gives how many were closed and added.
WITH wanted AS MATERIALIZED (
    SELECT
        acceptance_id, contract_id, carriageway_id, element, int4range(from_cm, to_cm) AS extent, accepted_on,
        daterange(in_force_from, in_force_to, '[]') AS in_force, ends_on, months, term_state, term_origin, term_rule_id
    FROM jsonb_to_recordset(CAST(:wanted AS jsonb)) AS given (
        acceptance_id integer, contract_id integer, carriageway_id integer, element text, from_cm integer,
        to_cm integer, accepted_on date, in_force_from date, in_force_to date, ends_on date, months integer,
        term_state text, term_origin text, term_rule_id integer
    )
),
known AS MATERIALIZED (
    SELECT
        id, acceptance_id, contract_id, carriageway_id, element, extent, accepted_on, in_force, ends_on, months,
        term_state, term_origin, term_rule_id
    FROM warranty
    WHERE contract_id = ANY (CAST(:contract_ids AS integer[])) AND upper_inf(recorded)
),
same AS MATERIALIZED (
    SELECT k.id, n.acceptance_id, n.element, n.extent, n.in_force
    FROM known k
    JOIN wanted n USING (acceptance_id, element, extent, accepted_on, in_force, ends_on, term_state)
    WHERE (n.months, n.term_origin, n.term_rule_id) IS NOT DISTINCT FROM (k.months, k.term_origin, k.term_rule_id)
),
closed AS (
    UPDATE warranty w
    -- Two changes in one transaction must not leave an empty recorded period.
    SET recorded = tstzrange(lower(w.recorded), greatest(clock_timestamp(), lower(w.recorded) + interval '1 microsecond'))
    FROM known k
    WHERE w.id = k.id AND NOT EXISTS (SELECT FROM same WHERE same.id = k.id)
    RETURNING w.id
),
added AS (
    INSERT INTO warranty (
        acceptance_id, contract_id, carriageway_id, element, extent, accepted_on, in_force, ends_on, months, term_state,
        term_origin, term_rule_id
    )
    SELECT
        acceptance_id, contract_id, carriageway_id, element, extent, accepted_on, in_force, ends_on, months, term_state,
        term_origin, term_rule_id
    FROM wanted n
    WHERE NOT EXISTS (
        SELECT FROM same
        WHERE (same.acceptance_id, same.element, same.extent, same.in_force)
            = (n.acceptance_id, n.element, n.extent, n.in_force)
    )
    RETURNING id
)
SELECT (SELECT count(*) FROM closed) AS closed, (SELECT count(*) FROM added) AS added
