-- The spots of coordinates that somebody asks about, numbered as given. Takes lons, lats (float8[], degrees, EPSG:4326)
-- and snap_m.
SELECT
    CAST(point.number AS integer) AS defect_id, 1 AS side, true AS is_point, point.lon, point.lat,
    CAST(NULL AS integer[]) AS chosen_carriageway_ids,
    CAST(0 AS float8) AS accuracy_m,
    least(CAST(:snap_m AS float8), 100) AS reach_m,
    111412.84 * cosd(point.lat) - 93.5 * cosd(3 * point.lat) + 0.118 * cosd(5 * point.lat) AS lon_m,
    111132.92 - 559.82 * cosd(2 * point.lat) + 1.175 * cosd(4 * point.lat) AS lat_m
FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS point (lon, lat, number)
