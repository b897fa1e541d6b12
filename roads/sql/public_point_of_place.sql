-- Where a chainage of a carriageway lies, in degrees. Takes carriageway_id and at_cm.
SELECT ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat
FROM carriageway w
CROSS JOIN LATERAL (
    SELECT (ST_DumpPoints(ST_LocateAlong(w.geom, CAST(:at_cm AS integer) / 100.0))).geom
) AS p
WHERE w.id = CAST(:carriageway_id AS integer)
LIMIT 1
