-- What mails to followers tell, in the order in which it happened. Takes ids of notices (bigint[]).
SELECT
    t.notice_id, t.kind, t.thing, t.happened_on, t.from_cm, t.contract_id, r.reference, r.name_kk, r.name_ru, r.name_en,
    k.name_kk AS distress_kk, k.name_ru AS distress_ru, k.name_en AS distress_en, c.number AS contract, c.contractor,
    s.id AS segment_id, p.code AS report
FROM subscription_told t
JOIN subscription b ON b.id = t.subscription_id
LEFT JOIN public_report p ON p.id = b.report_id
LEFT JOIN carriageway w ON w.id = t.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN public_defect d ON d.id = t.defect_id
LEFT JOIN distress k ON k.code = d.distress
LEFT JOIN public_contract c ON c.id = t.contract_id
LEFT JOIN segment s ON s.carriageway_id = t.carriageway_id AND s.extent @> t.from_cm
WHERE t.notice_id = ANY (CAST(:notices AS bigint[]))
ORDER BY t.notice_id, t.happened_on, t.kind, t.thing
