-- of_each
-- What a statement (in place of `told`) tells about each of several things, behind the thing itself, in the statement's own
-- order. Takes things (an array) and what the statement takes, but for the parameters that stand for the thing.
SELECT thing_asked.key AS asked_of, told.*
FROM unnest(:things) AS thing_asked (key)
CROSS JOIN LATERAL (
    -- OFFSET 0: planned as for one thing, never as a join of all things there are.
    SELECT * FROM (
        -- include: told
    ) AS of_one
    OFFSET 0
) AS told
