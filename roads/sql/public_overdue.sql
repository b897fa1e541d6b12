-- Claimed defects whose repair is overdue, the longest first. Takes today, road_id, contractor_id and region (KATO prefix),
-- each null for all, skipped and at_most.
SELECT
    l.id, lower(l.extent) AS from_cm, upper(l.extent) AS to_cm, l.rectify_by, w.direction,
    r.reference, r.name_kk, r.name_ru, r.name_en,
    t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, d.severity, d.element,
    c.id AS contract_id, c.number AS contract, c.contractor, c.contractor_bin,
    -- include: segment_of_extent
    AS segment_id
FROM public_claim_line l
JOIN public_defect d ON d.id = l.defect_id
JOIN public_contract c ON c.id = l.contract_id
JOIN carriageway w ON w.id = l.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN distress t ON t.code = d.distress
WHERE l.state IN ('issued', 'accepted') AND l.rectify_by < CAST(:today AS date)
    AND (CAST(:road_id AS integer) IS NULL OR w.road_id = CAST(:road_id AS integer))
    AND (CAST(:contractor_id AS integer) IS NULL OR c.contractor_id = CAST(:contractor_id AS integer))
    AND (CAST(:region AS text) IS NULL OR coalesce(w.kato, r.kato) LIKE CAST(:region AS text) || '%')
ORDER BY l.rectify_by, l.id
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
