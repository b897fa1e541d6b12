-- How far from what it is evidence of a photo was taken, in metres: by the position in its file (exif_m) and by that of
-- the device (device_m); empty where either end is unknown. And the day it is evidence of. Takes photo_id, defect_id,
-- inspection_id, line_id (one of the three, int), device_lon, device_lat (degrees). The place is the defect as recorded,
-- for a repair the defect that was mended, for an inspection the stretches that were looked at.
WITH subject AS (
    SELECT d.geom, d.detected_on AS happened_on
    FROM defect d
    WHERE d.id = CAST(:defect_id AS integer)
    UNION ALL
    SELECT d.geom, NULL
    FROM claim_line l
    JOIN defect d ON d.id = l.defect_id
    WHERE l.id = CAST(:line_id AS integer)
    UNION ALL
    SELECT (
        SELECT ST_Collect(ST_Force2D(ST_LocateBetween(y.geom, lower(s.extent) / 100.0, upper(s.extent) / 100.0)))
        FROM inspected_stretch s
        JOIN carriageway y ON y.id = s.carriageway_id
        WHERE s.inspection_id = i.id
    ), i.inspected_on
    FROM inspection i
    WHERE i.id = CAST(:inspection_id AS integer)
)
SELECT
    s.happened_on,
    ST_Distance(CAST(s.geom AS geography), CAST(ST_Point(p.lon, p.lat, 4326) AS geography)) AS exif_m,
    ST_Distance(
        CAST(s.geom AS geography),
        CAST(
            ST_Point(CAST(:device_lon AS double precision), CAST(:device_lat AS double precision), 4326) AS geography
        )
    ) AS device_m
FROM subject s
LEFT JOIN photo p ON p.id = CAST(:photo_id AS integer)
