-- The spots of a defect that is not on record yet: a point has one, a stretch one at each end. It bears the number 0.
-- Takes lon, lat, lon_to, lat_to (degrees, EPSG:4326; the last two null for a point), accuracy_m (or null),
-- chosen_carriageway_ids (int[] or null) and snap_m; otherwise as spots_of_defects.
SELECT
    0 AS defect_id, ends.side, CAST(:lon_to AS float8) IS NULL AS is_point, ends.lon, ends.lat,
    CAST(:chosen_carriageway_ids AS integer[]) AS chosen_carriageway_ids,
    coalesce(CAST(:accuracy_m AS float8), 0) AS accuracy_m,
    least(greatest(CAST(:snap_m AS float8), CAST(:accuracy_m AS float8)), 100) AS reach_m,
    111412.84 * cosd(ends.lat) - 93.5 * cosd(3 * ends.lat) + 0.118 * cosd(5 * ends.lat) AS lon_m,
    111132.92 - 559.82 * cosd(2 * ends.lat) + 1.175 * cosd(4 * ends.lat) AS lat_m
FROM (
    VALUES
        (1, CAST(:lon AS float8), CAST(:lat AS float8)), (2, CAST(:lon_to AS float8), CAST(:lat_to AS float8))
) AS ends (side, lon, lat)
WHERE ends.lon IS NOT NULL
