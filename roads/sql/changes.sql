-- Rows of a layer that came on record, or became others, since a day, as GeoJSON features; and the keys of those that are no
-- longer in it, as features without geometry. Takes since (date). Written for segments: for another layer its export and
-- its removed rows are included instead.
SELECT
    CAST(to_jsonb(x) - 'geometry' AS text) AS properties,
    coalesce(ST_AsGeoJSON(ST_GeomFromWKB(x.geometry), 7), 'null') AS geometry
FROM (
    -- include: export_segments
) AS x
WHERE x.recorded_on >= CAST(:since AS date)
UNION ALL
SELECT
    CAST(r.key || jsonb_build_object('removed', true, 'removed_on', CAST(r.removed_at AS date)) AS text),
    'null'
FROM (
    -- include: removed_segments
) AS r
