-- Lists the new carriageways that are more than a plain line in the temporary table `writing`, with their ids. Takes
-- from_n and to_n.
INSERT INTO writing (n, id)
SELECT f.n, coalesce(s.carriageway_id, CAST(nextval('carriageway_id_seq') AS integer))
FROM staged_feature f
LEFT JOIN staged_change s ON s.n = f.n AND s.n >= CAST(:from_n AS integer) AND s.n < CAST(:to_n AS integer)
WHERE f.n >= CAST(:from_n AS integer) AND f.n < CAST(:to_n AS integer) AND coalesce(s.state, 'new') = 'new'
    AND NOT (
        -- include: network_is_plain
    )
ORDER BY f.n
