-- Rows of the layer claims that came on record, or became others, since a day, as GeoJSON features. Takes
-- since (date). No line ever leaves the layer: one that was withdrawn says so in its state.
SELECT
    CAST(to_jsonb(x) - 'geometry' AS text) AS properties,
    coalesce(ST_AsGeoJSON(ST_GeomFromWKB(x.geometry), 7), 'null') AS geometry
FROM (
    -- include: export_claims
) AS x
WHERE x.changed_on >= CAST(:since AS date)
