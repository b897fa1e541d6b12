-- Figures of a contract: its length (centimetres of carriageway), the first and the last end of the warranties that run
-- today, the lines of its claims by state, what repairs by others cost, and what was lost because nobody notified the
-- contractor in time. Takes id and today.
SELECT
    whole.length_cm, term.first_end, term.last_end, line.states, line.others, line.others_tenge, lost.defects AS lost_defects, lost.tenge AS lost_tenge
FROM (SELECT CAST(:id AS integer) AS id) AS c
CROSS JOIN LATERAL (
    -- include: length_of_contract
) AS whole
CROSS JOIN LATERAL (
    SELECT min(w.ends_on) AS first_end, max(w.ends_on) AS last_end
    FROM warranty w
    WHERE w.contract_id = c.id AND upper_inf(w.recorded) AND w.term_state = 'known'
        AND w.period @> CAST(:today AS date)
) AS term
CROSS JOIN LATERAL (
    SELECT
        jsonb_object_agg(state, lines) AS states, coalesce(sum(others), 0) AS others, sum(others_tenge) AS others_tenge
    FROM (
        SELECT
            l.state, count(*) AS lines, count(l.others_cost_tenge) AS others, sum(l.others_cost_tenge) AS others_tenge
        FROM public_claim_line l
        WHERE l.contract_id = c.id
        GROUP BY l.state
    ) AS by_state
) AS line
CROSS JOIN LATERAL (
    SELECT count(*) AS defects, sum(k.cost_tenge) AS tenge FROM lost_warranty k WHERE k.contract_id = c.id
) AS lost
