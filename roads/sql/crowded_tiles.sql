-- Tiles with so many segments that they take long to draw, those of small zooms first. Takes from_zoom, to_zoom and fewest
-- (int). A segment counts where it begins.
WITH beginning AS (
    SELECT
        CAST(floor((ST_X(start) / 40075016.68 + 0.5) * (1 << CAST(:to_zoom AS integer))) AS integer) AS x,
        CAST(floor((0.5 - ST_Y(start) / 40075016.68) * (1 << CAST(:to_zoom AS integer))) AS integer) AS y,
        count(*) AS n
    FROM segment_status
    CROSS JOIN LATERAL ST_StartPoint(geom) AS start
    GROUP BY 1, 2
)
SELECT z, b.x >> (CAST(:to_zoom AS integer) - z) AS x, b.y >> (CAST(:to_zoom AS integer) - z) AS y
FROM beginning b
CROSS JOIN generate_series(CAST(:from_zoom AS integer), CAST(:to_zoom AS integer)) AS z
GROUP BY 1, 2, 3
HAVING sum(b.n) >= CAST(:fewest AS integer)
ORDER BY 1, 2, 3
