-- Rows of the layer segments that came on record, or became others, since a day, as GeoJSON features. Takes since (date).
SELECT
    CAST(to_jsonb(x) - 'geometry' AS text) AS properties,
    coalesce(ST_AsGeoJSON(ST_GeomFromWKB(x.geometry), 7), 'null') AS geometry
FROM (
    -- include: export_segments
) AS x
WHERE x.recorded_on >= CAST(:since AS date)
