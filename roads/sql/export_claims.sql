-- Lines of issued claims, one row for each, with the place of what is claimed as a point. Chainage in metres. What
-- people wrote, and drafts, are not among them.
SELECT
    l.id, k.number AS claim_number, l.number AS line_number, k.issued_on, c.number AS contract_number, c.customer_bin,
    c.contractor_bin, c.contractor, r.reference AS road_reference, w.source_id, w.direction,
    CAST(lower(l.extent) / 100.0 AS float8) AS chainage_from, CAST(upper(l.extent) / 100.0 AS float8) AS chainage_to,
    d.source AS defect_source, d.external_id, d.detected_on, l.element, d.distress, d.severity, l.state, l.safety_by,
    l.rectify_by, l.patched_on, l.repaired_on, l.changed_on,
    ST_AsBinary(
        ST_Force2D(
            coalesce(
                ST_GeometryN(ST_LocateAlong(w.geom, (lower(l.extent) + upper(l.extent)) / 200.0), 1),
                ST_PointOnSurface(d.geom)
            )
        )
    ) AS geometry
FROM public_claim_line l
JOIN public_claim k ON k.id = l.claim_id
JOIN public_contract c ON c.id = l.contract_id
JOIN carriageway w ON w.id = l.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN public_defect d ON d.id = l.defect_id
ORDER BY l.id
