-- Rows of the layer defects that came on record, or became others, since a day, as GeoJSON features. Takes since (date).
SELECT
    CAST(to_jsonb(x) - 'geometry' AS text) AS properties,
    coalesce(ST_AsGeoJSON(ST_GeomFromWKB(x.geometry), 7), 'null') AS geometry
FROM (
    -- include: export_defects
) AS x
WHERE x.recorded_on >= CAST(:since AS date)
