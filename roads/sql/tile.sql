-- A tile of the last edition, with the number of that edition as it was at the same moment. Takes edition, z, x and y
-- (int) and what the layer takes. Without a tile: another edition was asked for.
SELECT
    last.number,
    CASE
        WHEN last.number = CAST(:edition AS integer) THEN (
            -- include: layer
        )
    END AS tile
FROM (SELECT coalesce(max(number), 0) AS number FROM map_edition) AS last
