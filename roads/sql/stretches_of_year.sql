-- Who answered for the pavement on a day, by why. Takes on (date).
SELECT
    a.id, a.carriageway_id, a.extent, a.contract_id, a.ends_on, CAST(NULL AS numeric) AS tenge_per_km, a.geom,
    a.kind AS code
FROM answer_stretch a
WHERE a.period @> CAST(:on AS date)
