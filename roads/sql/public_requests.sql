-- Reports as requests of Open311, the newest first; what nobody could use is left out unless it is asked for by its
-- code. Takes codes (text[] or null, which overrides the rest), services (text[] or null), since and until (moments),
-- states (text[] or null) and at_most.
SELECT
    r.code, r.state, r.reason, r.distress, r.reported_at, coalesce(r.decided_at, r.reported_at) AS updated_at,
    r.lon, r.lat, r.at_cm, r.contract_id, r.defect_id, w.direction, d.reference, d.name_kk, d.name_ru, d.name_en,
    t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, f.state AS defect_state,
    due.rectify_by, k.customer
FROM public_report r
LEFT JOIN carriageway w ON w.id = r.carriageway_id
LEFT JOIN road d ON d.id = w.road_id
LEFT JOIN distress t ON t.code = r.distress
LEFT JOIN defect_status f ON f.defect_id = r.defect_id
LEFT JOIN public_contract k ON k.id = r.contract_id
LEFT JOIN LATERAL (
    SELECT l.rectify_by FROM public_claim_line l WHERE l.defect_id = r.defect_id ORDER BY l.id DESC LIMIT 1
) AS due ON true
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN r.state = 'rejected' OR f.state IN ('verified', 'closed') THEN 'closed'
        ELSE 'open'
    END AS status
) AS told
WHERE CASE
    WHEN CAST(:codes AS text[]) IS NOT NULL THEN r.code = ANY (CAST(:codes AS text[]))
    ELSE
        r.reason IS DISTINCT FROM 'spam'
        AND r.reported_at BETWEEN CAST(:since AS timestamptz) AND CAST(:until AS timestamptz)
        AND (CAST(:services AS text[]) IS NULL OR r.distress = ANY (CAST(:services AS text[])))
        AND (CAST(:states AS text[]) IS NULL OR told.status = ANY (CAST(:states AS text[])))
END
ORDER BY r.reported_at DESC, r.id DESC
LIMIT CAST(:at_most AS integer)
