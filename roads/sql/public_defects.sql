-- Defects with the outcome of their first part. Takes after (id), at_most, box, region, contractor, since, outcome (or null).
SELECT
    d.id, d.source, d.external_id, d.detected_on, d.occurred_on, d.element, d.distress, d.severity, d.length_m, d.width_m,
    d.depth_mm, d.count, ST_AsGeoJSON(d.geom, 7) AS geometry, a.outcome, a.reason
FROM public_defect d
LEFT JOIN LATERAL (
    SELECT t.outcome, t.reason
    FROM standing_answer t
    WHERE t.defect_id = d.id
    ORDER BY t.from_cm
    LIMIT 1
) AS a ON true
WHERE d.id > CAST(:after AS integer)
    AND (
        CAST(:box AS float8[]) IS NULL
        OR d.geom && ST_MakeEnvelope(
            (CAST(:box AS float8[]))[1], (CAST(:box AS float8[]))[2], (CAST(:box AS float8[]))[3],
            (CAST(:box AS float8[]))[4], 4326
        )
    )
    AND (CAST(:since AS date) IS NULL OR d.detected_on >= CAST(:since AS date))
    AND (
        CAST(:outcome AS text) IS NULL
        OR EXISTS (
            SELECT FROM standing_answer t
            WHERE t.defect_id = d.id AND t.outcome = CAST(:outcome AS text)
        )
    )
    AND (
        CAST(:contractor AS text) IS NULL
        OR EXISTS (
            SELECT
            FROM standing_answer t
            JOIN public_contract c ON c.id = t.contract_id
            WHERE t.defect_id = d.id AND t.outcome <> 'needs_review'
                AND c.contractor_bin = CAST(:contractor AS text)
        )
    )
    AND (
        CAST(:region AS text) IS NULL
        OR EXISTS (
            SELECT
            FROM placement p
            JOIN carriageway w ON w.id = p.carriageway_id
            WHERE p.defect_id = d.id AND p.replaced_at = 'infinity' AND w.kato LIKE CAST(:region AS text) || '%'
        )
    )
ORDER BY d.id
LIMIT CAST(:at_most AS integer)
