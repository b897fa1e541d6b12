-- Rows of the layer contracts that came on record, or became others, since a day, as GeoJSON features; and the keys of those
-- that are no longer in it, as features without geometry. Takes since (date).
SELECT
    CAST(to_jsonb(x) - 'geometry' AS text) AS properties,
    coalesce(ST_AsGeoJSON(ST_GeomFromWKB(x.geometry), 7), 'null') AS geometry
FROM (
    -- include: export_contracts
) AS x
WHERE x.recorded_on >= CAST(:since AS date)
UNION ALL
SELECT
    CAST(r.key || jsonb_build_object('removed', true, 'removed_on', CAST(max(r.removed_at) AS date)) AS text),
    'null'
FROM (
    -- include: removed_contracts
) AS r
-- A row may have come back, or have been told anew, under the same key.
WHERE NOT EXISTS (
    SELECT
    FROM (
        -- include: export_contracts
    ) AS n
    WHERE r.key = jsonb_build_object(
        'customer_bin', n.customer_bin, 'contract_number', n.contract_number, 'source_id', n.source_id,
        'chainage_from', n.chainage_from, 'elements', n.elements
    )
)
GROUP BY r.key
