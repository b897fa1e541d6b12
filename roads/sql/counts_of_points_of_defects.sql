-- How many defects have each code of each group. Takes what the points take.
SELECT
    CASE WHEN GROUPING(severity) = 0 THEN 'severity' WHEN GROUPING(age) = 0 THEN 'age' ELSE 'distress' END AS code_of,
    coalesce(severity, age, distress) AS code, count(*) AS number
FROM (
    -- include: points_of_defects
) AS p
GROUP BY GROUPING SETS ((severity), (age), (distress))
