-- What a stretch of a contract (a row `c`) is worth by its share of the contract's length, in tenge. Reads `part.extent` and
-- `part.length_m` (of a point's defect, where measured). A point without a measured length has no worth that is known.
SELECT
    -- `least` passes over NULL: a share that nobody knows must not count as the whole.
    round(c.value_tenge * CASE WHEN share.cm > n.length_cm THEN 1 ELSE share.cm / nullif(n.length_cm, 0) END, 0) AS tenge
FROM (
    -- include: length_of_contract
) AS n
CROSS JOIN (
    SELECT
        CASE
            WHEN upper(part.extent) - lower(part.extent) > 1 THEN upper(part.extent) - lower(part.extent)
            ELSE CAST(part.length_m * 100 AS numeric)
        END AS cm
) AS share
