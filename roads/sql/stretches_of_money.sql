-- What the latest contract for a stretch paid for a kilometre, in classes of millions of tenge.
SELECT
    m.id, m.carriageway_id, m.extent, m.contract_id, CAST(NULL AS date) AS ends_on, m.tenge_per_km, m.geom,
    CASE
        WHEN m.tenge_per_km IS NULL THEN 'no_value'
        WHEN m.tenge_per_km < 50e6 THEN 'to_50'
        WHEN m.tenge_per_km < 150e6 THEN 'to_150'
        WHEN m.tenge_per_km < 300e6 THEN 'to_300'
        WHEN m.tenge_per_km < 600e6 THEN 'to_600'
        ELSE 'above_600'
    END AS code
FROM cost_stretch m
