-- Takes away the marks of what happened before a day. Takes before (date); gives how many.
WITH old AS (
    SELECT u.id
    FROM untold u
    LEFT JOIN claim_event e ON e.id = u.event_id
    LEFT JOIN ladder_step s ON s.id = u.step_id
    WHERE coalesce(e.happened_on, s.due_on) < CAST(:before AS date)
),
gone AS (
    DELETE FROM untold u USING old WHERE u.id = old.id RETURNING u.id
)
SELECT count(*) FROM gone
