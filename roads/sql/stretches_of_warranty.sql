-- Who answers for the pavement on a day, by how long still. Takes on (date).
-- The last day is covered: 0 days left is still under warranty. What no row covers has no warranty on record.
SELECT
    a.id, a.carriageway_id, a.extent, a.contract_id, a.ends_on, CAST(NULL AS numeric) AS tenge_per_km, a.geom,
    CASE
        WHEN a.kind <> 'warranty' THEN a.kind
        WHEN a.ends_on - CAST(:on AS date) <= 90 THEN 'ends_in_90_days'
        WHEN a.ends_on - CAST(:on AS date) <= 365 THEN 'ends_in_a_year'
        WHEN a.ends_on - CAST(:on AS date) <= 1095 THEN 'ends_in_three_years'
        ELSE 'ends_later'
    END AS code
FROM answer_stretch a
WHERE a.period @> CAST(:on AS date)
