-- Which numbers the carriageways have that are still to be written: from_n up to, not including, to_n, with so many of
-- them in each range. Takes size.
SELECT min(n) AS from_n, max(n) + 1 AS to_n, count(*) AS carriageways
FROM (
    SELECT f.n, (row_number() OVER (ORDER BY f.n) - 1) / CAST(:size AS integer) AS piece
    FROM staged_feature f
    LEFT JOIN staged_change s USING (n)
    WHERE coalesce(s.state, 'new') = 'new'
) AS new
GROUP BY piece
ORDER BY piece
