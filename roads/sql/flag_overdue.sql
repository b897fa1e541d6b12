-- The rungs of the ladder that silence has reached by a day; each is recorded once for a deadline.
-- Takes on (date), looked_back_days (int) and the ladder: rungs (text[]), first_days and last_days (int[], counted from the
-- deadline; null: for good). Gives the number of new steps by rung.
-- A rung is reached on the first of its days on which the repair was owed (issued or accepted, by the events, the day of
-- leaving that state included), so a day on which nobody looked changes nothing. Lines that left it longer ago than
-- looked_back_days are not looked at again.
WITH rung AS (
    SELECT code, first_day, last_day
    FROM unnest(CAST(:rungs AS text[]), CAST(:first_days AS integer[]), CAST(:last_days AS integer[]))
        AS ladder (code, first_day, last_day)
),
due AS MATERIALIZED (
    SELECT l.id, l.round, l.clock_from, l.rectify_by, l.carriageway_id, l.extent
    FROM claim_line l
    WHERE l.rectify_by <= CAST(:on AS date) - (SELECT min(first_day) FROM rung)
        AND (
            l.state IN ('issued', 'accepted')
            OR l.changed_on >= CAST(:on AS date) - CAST(:looked_back_days AS integer)
        )
        AND (
            SELECT count(*) FROM ladder_step s WHERE s.line_id = l.id AND s.round = l.round
        ) < (SELECT count(*) FROM rung)
),
owed AS (
    SELECT line_id, first_on, coalesce(last_on, 'infinity') AS last_on
    FROM (
        SELECT
            e.line_id, e.to_state, e.happened_on AS first_on,
            lead(e.happened_on) OVER (PARTITION BY e.line_id ORDER BY e.id) AS last_on
        FROM due
        JOIN claim_event e ON e.line_id = due.id AND e.to_state IS NOT NULL
    ) AS stay
    WHERE to_state IN ('issued', 'accepted')
),
reached AS (
    SELECT
        due.id AS line_id, due.round, rung.code AS rung,
        min(greatest(due.rectify_by + rung.first_day, owed.first_on, due.clock_from)) AS due_on
    FROM due
    CROSS JOIN rung
    JOIN owed
        ON owed.line_id = due.id
        AND greatest(due.rectify_by + rung.first_day, owed.first_on, due.clock_from)
            <= least(owed.last_on, CAST(:on AS date), due.rectify_by + rung.last_day)
    GROUP BY due.id, due.round, rung.code
),
added AS (
    INSERT INTO ladder_step (line_id, round, rung, due_on)
    SELECT line_id, round, rung, due_on FROM reached ORDER BY line_id, due_on
    ON CONFLICT DO NOTHING
    RETURNING line_id, rung
),
marked AS (
    INSERT INTO status_mark (carriageway_id, extent)
    SELECT due.carriageway_id, due.extent FROM added JOIN due ON due.id = added.line_id WHERE added.rung = 'overdue'
)
SELECT rung, count(*) AS steps FROM added GROUP BY rung
