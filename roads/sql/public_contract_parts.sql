-- The stretches of a contract, cut where acceptances and warranties make a difference: what was accepted when, the term
-- in force today and where it came from, and for how much of it (centimetres) the contract answers today, because later
-- works or carve-outs may come first. What is not accepted stands with the days of its works. Elements that are treated
-- alike share a row. Takes id (contract), today, skipped and at_most.
WITH place AS MATERIALIZED (
    SELECT w.id AS carriageway_id, w.direction, r.id AS road_id, r.reference, r.name_kk, r.name_ru, r.name_en
    FROM (
        -- include: carriageways_of_contract
    ) AS t
    JOIN carriageway w ON w.id = t.carriageway_id AND w.retired_at IS NULL
    LEFT JOIN road r ON r.id = w.road_id
),
section AS MATERIALIZED (
    SELECT s.id, s.carriageway_id, s.extent, element
    FROM contract_section s
    CROSS JOIN unnest(s.elements) AS element
    WHERE s.contract_id = CAST(:id AS integer) AND upper_inf(s.recorded)
),
accepted AS MATERIALIZED (
    SELECT
        s.id AS section_id, s.carriageway_id, s.element, a.extent * s.extent AS extent, a.id AS acceptance_id, a.accepted_on,
        a.act_number, a.conclusion_number, a.conclusion_on
    FROM section s
    JOIN acceptance a ON a.section_id = s.id AND s.element = ANY (a.elements) AND upper_inf(a.recorded)
),
part AS (
    SELECT
        a.carriageway_id, a.element, coalesce(w.extent, a.extent) AS extent, a.accepted_on, a.act_number,
        a.conclusion_number, a.conclusion_on, w.ends_on, w.months, w.term_state, w.term_origin, r.legal_basis,
        r.is_confirmed, coalesce(answers.length_cm, 0) AS answers_cm, CAST(NULL AS date) AS works_end_on
    FROM accepted a
    LEFT JOIN warranty w
        ON w.acceptance_id = a.acceptance_id AND w.element = a.element AND upper_inf(w.recorded)
        AND (w.in_force @> CAST(:today AS date) OR lower(w.in_force) > CAST(:today AS date) AND upper_inf(w.in_force))
    LEFT JOIN term_rule r ON r.id = w.term_rule_id
    LEFT JOIN LATERAL (
        SELECT sum(upper(l.extent * w.extent) - lower(l.extent * w.extent)) AS length_cm
        FROM liability l
        WHERE l.carriageway_id = w.carriageway_id AND l.element = w.element AND l.extent && w.extent
            AND l.period @> CAST(:today AS date) AND l.kind IN ('warranty', 'term_unknown') AND l.source_id = w.id
    ) AS answers ON true
    UNION ALL
    SELECT
        s.carriageway_id, s.element, rest, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, works.end_on
    FROM section s
    CROSS JOIN LATERAL unnest(
        int4multirange(s.extent)
        - coalesce(
            (SELECT range_agg(a.extent) FROM accepted a WHERE a.section_id = s.id AND a.element = s.element), '{}'
        )
    ) AS rest
    LEFT JOIN LATERAL (
        -- Works without acceptance end by termination only; those that go on have no end.
        SELECT max(upper(k.period)) AS end_on
        FROM works k
        WHERE k.contract_id = CAST(:id AS integer) AND k.section_id = s.id AND k.element = s.element AND k.extent && rest
            AND upper_inf(k.recorded)
        HAVING bool_and(NOT upper_inf(k.period))
    ) AS works ON true
)
SELECT
    lower(p.extent) AS from_cm, upper(p.extent) AS to_cm, p.elements, p.accepted_on, p.act_number, p.conclusion_number,
    p.conclusion_on, p.ends_on, p.ends_on - CAST(:today AS date) AS days_left, p.months, p.term_state, p.term_origin,
    p.legal_basis, p.is_confirmed, p.answers_cm, p.works_end_on, g.direction, g.reference, g.name_kk, g.name_ru, g.name_en
FROM (
    SELECT
        carriageway_id, extent, array_agg(element) AS elements, accepted_on, act_number, conclusion_number, conclusion_on,
        ends_on, months, term_state, term_origin, legal_basis, is_confirmed, answers_cm, works_end_on
    FROM part
    GROUP BY
        carriageway_id, extent, accepted_on, act_number, conclusion_number, conclusion_on, ends_on, months, term_state,
        term_origin, legal_basis, is_confirmed, answers_cm, works_end_on
) AS p
JOIN place g USING (carriageway_id)
ORDER BY g.reference, g.road_id, g.direction, p.carriageway_id, p.extent, p.accepted_on, p.ends_on
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
