-- The spots by which defects are placed: a point has one, a stretch one at each end. Takes defect_ids (int[]), snap_m.
-- A spot reaches as far as the snapping distance, or the GPS accuracy if that is larger, at most 100 m.
SELECT
    d.id AS defect_id, ends.side, ST_NumPoints(d.geom) IS NULL AS is_point, ends.lon, ends.lat,
    d.chosen_carriageway_ids,
    coalesce(d.gps_accuracy_m, 0) AS accuracy_m,
    least(greatest(CAST(:snap_m AS float8), d.gps_accuracy_m), 100) AS reach_m,
    -- Metres in a degree of longitude and of latitude at the spot, on the WGS 84 ellipsoid.
    111412.84 * cosd(ends.lat) - 93.5 * cosd(3 * ends.lat) + 0.118 * cosd(5 * ends.lat) AS lon_m,
    111132.92 - 559.82 * cosd(2 * ends.lat) + 1.175 * cosd(4 * ends.lat) AS lat_m
FROM defect d
CROSS JOIN LATERAL (
    SELECT side, ST_X(point) AS lon, ST_Y(point) AS lat
    FROM (
        SELECT 1 AS side, coalesce(ST_StartPoint(d.geom), d.geom) AS point
        UNION ALL
        SELECT 2, ST_EndPoint(d.geom) WHERE ST_NumPoints(d.geom) IS NOT NULL
    ) AS ends
    OFFSET 0 -- so that the coordinates are read once, not wherever they are named
) AS ends
WHERE d.id = ANY (CAST(:defect_ids AS integer[]))
