-- Where contracts have works under way, by their kind.
SELECT
    w.id, w.carriageway_id, w.extent, w.contract_id, CAST(NULL AS date) AS ends_on, CAST(NULL AS numeric) AS tenge_per_km,
    w.geom, w.kind AS code
FROM works_under_way w
