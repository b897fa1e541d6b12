-- How many defects were confirmed, and how many of them were verified as repaired, by the end of each of the last months
-- and by today. Takes today and months (int). Counted by day first: a million defects have a few thousand days.
WITH of_day AS (
    SELECT on_day, sum(confirmed) AS confirmed, sum(verified) AS verified
    FROM (
        SELECT d.detected_on AS on_day, count(*) AS confirmed, 0 AS verified
        FROM defect_status k
        JOIN public_defect d ON d.id = k.defect_id
        GROUP BY d.detected_on
        UNION ALL
        SELECT line.verified_on, 0, count(*)
        FROM defect_status k
        JOIN public_defect d ON d.id = k.defect_id
        CROSS JOIN LATERAL (
            SELECT max(l.changed_on) AS verified_on
            FROM public_claim_line l
            WHERE l.defect_id = k.defect_id AND l.state = 'verified'
        ) AS line
        WHERE k.state = 'verified'
        GROUP BY line.verified_on
    ) AS counted
    GROUP BY on_day
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
    m.last_day, CAST(coalesce(sum(e.confirmed), 0) AS integer) AS confirmed,
    CAST(coalesce(sum(e.verified), 0) AS integer) AS verified
FROM month m
LEFT JOIN of_day e ON e.on_day <= m.last_day
WHERE EXISTS (SELECT FROM of_day)
GROUP BY m.last_day
ORDER BY m.last_day
