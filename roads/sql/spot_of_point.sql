-- The spot of a coordinate that somebody asks about. Takes lon, lat (degrees, EPSG:4326), accuracy_m and snap_m.
SELECT
    CAST(0 AS integer) AS defect_id, 1 AS side, true AS is_point, CAST(:lon AS float8) AS lon, CAST(:lat AS float8) AS lat,
    CAST(NULL AS integer[]) AS chosen_carriageway_ids,
    CAST(:accuracy_m AS float8) AS accuracy_m,
    least(greatest(CAST(:snap_m AS float8), CAST(:accuracy_m AS float8)), 100) AS reach_m,
    111412.84 * cosd(CAST(:lat AS float8)) - 93.5 * cosd(3 * CAST(:lat AS float8))
        + 0.118 * cosd(5 * CAST(:lat AS float8)) AS lon_m,
    111132.92 - 559.82 * cosd(2 * CAST(:lat AS float8)) + 1.175 * cosd(4 * CAST(:lat AS float8)) AS lat_m
