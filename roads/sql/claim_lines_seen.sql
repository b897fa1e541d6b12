-- The lines of a claim that whoever acts may see, with place, defect, deadlines and the open repair. Takes id (claim).
SELECT
    l.id, l.number, l.state, l.reason, l.revision, l.round, l.defect_id, l.element, l.facts, l.clock_from,
    l.safety_by, l.safety_origin, l.rectify_by, l.rectify_origin, l.rectify_by_before_winter, l.patched_on,
    l.repair_planned_on, l.repaired_on, l.visit_on, l.visited_on, l.visit_act, l.others_cost_tenge,
    lower(l.extent) AS from_cm, upper(l.extent) AS to_cm, r.reference, r.name_kk, r.name_ru, r.name_en,
    y.source_id, y.direction, d.external_id, d.distress, t.name_kk AS distress_kk, t.name_ru AS distress_ru,
    t.name_en AS distress_en, d.severity, d.detected_on, d.occurred_on, d.length_m, d.width_m, d.depth_mm, d.count,
    w.ends_on, w.accepted_on, w.months, w.term_origin, s.id AS segment_id,
    ST_X(ST_Centroid(d.geom)) AS lon, ST_Y(ST_Centroid(d.geom)) AS lat,
    repair.id AS repair_id, repair.reported_on, repair.reporter, repair.reporter_organisation_id
FROM claim_line l
JOIN carriageway y ON y.id = l.carriageway_id
LEFT JOIN road r ON r.id = y.road_id
JOIN defect d ON d.id = l.defect_id
LEFT JOIN distress t ON t.code = d.distress
JOIN warranty w ON w.id = l.warranty_id
LEFT JOIN segment s ON s.carriageway_id = l.carriageway_id AND s.extent @> lower(l.extent)
LEFT JOIN repair ON repair.line_id = l.id AND repair.verdict IS NULL
WHERE l.claim_id = CAST(:id AS integer)
ORDER BY l.number
