-- The drafted lines of a claim with the facts that its issue freezes, held until the transaction ends.
-- Takes claim_id (int) and on (date). `is_current`: the answer they were drafted for still stands; `is_late`: the warranty
-- has ended, and nobody notified the contract before. No word that people wrote and no person is among the facts.
WITH held AS MATERIALIZED (
    SELECT id FROM claim_line WHERE claim_id = CAST(:claim_id AS integer) AND state = 'drafted' ORDER BY id FOR UPDATE
),
part AS MATERIALIZED (
    SELECT l.id, p.is_notified
    FROM held
    JOIN claim_line l ON l.id = held.id
    JOIN (
        -- include: claimable_parts
    ) AS p
        ON p.defect_id = l.defect_id AND p.carriageway_id = l.carriageway_id AND p.extent = l.extent
        AND p.contract_id = l.contract_id AND p.warranty_id = l.warranty_id
)
SELECT
    l.id, l.number, p.id IS NOT NULL AS is_current,
    w.ends_on < CAST(:on AS date) AND NOT coalesce(p.is_notified, false) AS is_late,
    jsonb_build_object(
        'contract', jsonb_build_object(
            'number', c.number, 'kind_of_works', c.kind_of_works, 'signed_on', c.signed_on,
            'customer', customer.name, 'customer_bin', customer.bin,
            'contractor', contractor.name, 'contractor_bin', contractor.bin
        ),
        'warranty', jsonb_build_object(
            'accepted_on', w.accepted_on, 'months', w.months, 'term_from', w.term_origin, 'ends_on', w.ends_on,
            'term_confirmed', t.is_confirmed
        ),
        'place', jsonb_build_object(
            'road_reference', r.reference, 'name_kk', r.name_kk, 'name_ru', r.name_ru, 'name_en', r.name_en,
            'source_id', y.source_id, 'direction', y.direction,
            'from_cm', lower(l.extent), 'to_cm', upper(l.extent), 'geometry', CAST(ST_AsGeoJSON(d.geom, 7) AS jsonb)
        ),
        'defect', jsonb_build_object(
            'source', d.source, 'external_id', d.external_id, 'detected_on', d.detected_on,
            'occurred_on', d.occurred_on, 'covered_on', d.covered_on, 'element', d.element, 'distress', d.distress,
            'severity', d.severity, 'length_m', d.length_m, 'width_m', d.width_m, 'depth_mm', d.depth_mm,
            'count', d.count
        )
    ) AS facts
FROM held
JOIN claim_line l ON l.id = held.id
LEFT JOIN part p ON p.id = l.id
JOIN warranty w ON w.id = l.warranty_id
LEFT JOIN term_rule t ON t.id = w.term_rule_id
JOIN defect d ON d.id = l.defect_id
JOIN carriageway y ON y.id = l.carriageway_id
LEFT JOIN road r ON r.id = y.road_id
JOIN contract c ON c.id = l.contract_id
JOIN organisation customer ON customer.id = c.customer_id
JOIN organisation contractor ON contractor.id = c.contractor_id
ORDER BY l.number
