-- The repairs that were verified last, with the newest released photo before and after each. Takes at_most.
-- Repairs of which both photos may be seen come first: they show what was mended.
SELECT
    l.id, l.carriageway_id, lower(l.extent) AS from_cm, upper(l.extent) AS to_cm, l.changed_on AS verified_on,
    w.direction, r.reference, r.name_kk, r.name_ru, r.name_en,
    t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, d.detected_on,
    c.id AS contract_id, c.number AS contract, c.contractor, c.contractor_bin,
    -- include: segment_of_extent
    AS segment_id, before.full_hash AS before_hash, after.full_hash AS after_hash
FROM (
    -- The last ones are enough to choose among: a line is verified for good.
    SELECT * FROM public_claim_line WHERE state = 'verified' ORDER BY changed_on DESC, id DESC LIMIT 200
) AS l
JOIN public_defect d ON d.id = l.defect_id
JOIN public_contract c ON c.id = l.contract_id
JOIN carriageway w ON w.id = l.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN distress t ON t.code = d.distress
LEFT JOIN LATERAL (
    SELECT p.full_hash FROM public_photo p
    WHERE p.subject = 'defect' AND p.defect_id = l.defect_id
    ORDER BY p.used_on, p.full_hash
    LIMIT 1
) AS before ON true
LEFT JOIN LATERAL (
    SELECT p.full_hash FROM public_photo p
    WHERE p.subject = 'repair' AND p.line_id = l.id
    ORDER BY p.used_on DESC, p.full_hash
    LIMIT 1
) AS after ON true
ORDER BY (before.full_hash IS NOT NULL) AND (after.full_hash IS NOT NULL) DESC, l.changed_on DESC, l.id DESC
LIMIT CAST(:at_most AS integer)
