-- How many defects of a year have each outcome. Takes what the points take.
SELECT 'outcome' AS code_of, outcome AS code, count(*) AS number
FROM (
    -- include: points_of_year
) AS p
GROUP BY outcome
