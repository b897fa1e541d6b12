-- What was reported or recorded within reach_cm of a place and is not closed, nearest first: open reports, and defects
-- that are not mended. Takes carriageway_id, at_cm, reach_cm and but_report (a code, or null).
SELECT
    found.kind, found.id, found.code, found.seen_on, found.state, found.at_cm, found.witnesses,
    abs(found.at_cm - CAST(:at_cm AS integer)) AS distance_cm,
    found.distress, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en
FROM (
    SELECT 'report' AS kind, r.id, r.code, r.seen_on, r.state, r.at_cm, r.distress, r.witnesses
    FROM public_report r
    WHERE r.carriageway_id = CAST(:carriageway_id AS integer) AND r.state = 'open'
        AND r.at_cm BETWEEN CAST(:at_cm AS integer) - CAST(:reach_cm AS integer)
        AND CAST(:at_cm AS integer) + CAST(:reach_cm AS integer)
        AND r.code IS DISTINCT FROM CAST(:but_report AS text)
    UNION ALL
    SELECT
        'defect', d.id, NULL, d.detected_on, s.state, s.from_cm, d.distress,
        coalesce((SELECT w.witnesses FROM public_witness w WHERE w.defect_id = d.id), 0)
    FROM defect_status s
    JOIN public_defect d ON d.id = s.defect_id
    WHERE s.carriageway_id = CAST(:carriageway_id AS integer) AND s.state NOT IN ('verified', 'closed')
        AND s.from_cm BETWEEN CAST(:at_cm AS integer) - CAST(:reach_cm AS integer)
        AND CAST(:at_cm AS integer) + CAST(:reach_cm AS integer)
) AS found
LEFT JOIN distress t ON t.code = found.distress
ORDER BY distance_cm, found.kind, found.id
LIMIT 10
