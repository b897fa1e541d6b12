-- The nearest other answer along a carriageway on a day, and how far away it begins. One row, or none where one answer
-- holds on the whole carriageway. Takes carriageway_ids (one id), at_cm, element, decided_on and what its include takes.
-- What no row covers is an answer too: nobody. Two answers are the same when kind and contract are, as in answer_places.
WITH given AS MATERIALIZED (
    SELECT l.extent, l.kind, l.contract_id, l.source_id
    FROM (
        -- include: liability_stored
    ) AS l
    WHERE l.element = CAST(:element AS text) AND l.period @> CAST(:decided_on AS date)
),
around AS (
    SELECT extent, kind, contract_id, source_id FROM given
    UNION ALL
    SELECT
        unnest(int4multirange(w.extent) - coalesce((SELECT range_agg(extent) FROM given), '{}')), NULL, NULL, NULL
    FROM carriageway w
    WHERE w.id = ANY (CAST(:carriageway_ids AS integer[]))
)
SELECT
    a.kind, a.contract_id, k.number, k.contractor, k.contractor_bin, v.liable, v.liable_bin,
    greatest(lower(a.extent) - CAST(:at_cm AS integer), CAST(:at_cm AS integer) - upper(a.extent)) AS distance_cm
FROM around a
JOIN around here
    ON here.extent @> CAST(:at_cm AS integer) AND (a.kind, a.contract_id) IS DISTINCT FROM (here.kind, here.contract_id)
LEFT JOIN public_contract k ON k.id = a.contract_id
LEFT JOIN public_carve_out v ON a.kind = 'carve_out' AND v.id = a.source_id
ORDER BY distance_cm, lower(a.extent)
LIMIT 1
