-- How many stretches of a map have each code and how long they are; the whole network has the code `network`. Takes what
-- the stretches take.
SELECT k.code, count(*) AS number, sum(upper(k.extent) - lower(k.extent)) / 100000.0 AS km
FROM (
    -- include: stretches
) AS k
GROUP BY k.code
UNION ALL
SELECT 'network', count(*), sum(length_m) / 1000 FROM segment_status
