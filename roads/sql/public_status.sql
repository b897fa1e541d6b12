-- How many segments have each status and how long they are, with the edition in which they do.
SELECT e.number, e.made_on, k.status, k.segments, k.length_m
FROM (
    -- include: last_edition
) AS e
LEFT JOIN (
    SELECT status, count(*) AS segments, sum(length_m) AS length_m FROM segment_status GROUP BY status
) AS k ON true
