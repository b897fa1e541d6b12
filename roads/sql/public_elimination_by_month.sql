-- How many defects were confirmed, and how many of them were verified as repaired, by the end of each of the last months
-- and by today. Takes today and months (int).
WITH ended AS (
    SELECT d.detected_on, line.verified_on
    FROM defect_status k
    JOIN public_defect d ON d.id = k.defect_id
    LEFT JOIN LATERAL (
        SELECT max(l.changed_on) AS verified_on FROM public_claim_line l WHERE l.defect_id = k.defect_id AND l.state = 'verified'
    ) AS line ON k.state = 'verified'
),
month AS (
    SELECT
        least(CAST(date_trunc('month', day) + interval '1 month - 1 day' AS date), CAST(:today AS date)) AS last_day
    FROM generate_series(
        date_trunc('month', CAST(:today AS timestamp)) - make_interval(months => CAST(:months AS integer) - 1),
        date_trunc('month', CAST(:today AS timestamp)), interval '1 month'
    ) AS day
)
SELECT
    m.last_day, count(*) FILTER (WHERE e.detected_on <= m.last_day) AS confirmed,
    count(*) FILTER (WHERE e.verified_on <= m.last_day) AS verified
FROM month m
CROSS JOIN ended e
GROUP BY m.last_day
ORDER BY m.last_day
