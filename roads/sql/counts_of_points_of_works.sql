-- How many repairs are planned, and how many of their days have passed. Takes what the points take.
SELECT 'works' AS code_of, works AS code, count(*) AS number
FROM (
    -- include: points_of_works
) AS p
GROUP BY works
