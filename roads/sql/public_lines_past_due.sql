-- Claimed lines whose deadline has passed: what the on-time rate counts, the latest deadline first. Takes today, skipped and
-- at_most.
SELECT
    l.id, l.state, l.rectify_by, l.repaired_on, lower(l.extent) AS from_cm, upper(l.extent) AS to_cm, w.direction,
    r.reference, r.name_kk, r.name_ru, r.name_en, m.number AS claim, c.id AS contract_id, c.number AS contract,
    c.contractor, c.contractor_bin,
    l.state IN ('repaired', 'verified') AND coalesce(l.repaired_on <= l.rectify_by, false) AS is_on_time
FROM public_claim_line l
JOIN public_claim m ON m.id = l.claim_id
JOIN public_contract c ON c.id = l.contract_id
JOIN carriageway w ON w.id = l.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
WHERE l.state <> 'withdrawn' AND l.rectify_by < CAST(:today AS date)
ORDER BY l.rectify_by DESC, l.id DESC
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
