-- What is new, the newest first: repairs that were verified and defects that were found. Takes since (date), road
-- (folded reference or null), contractor (BIN or null), region (KATO or null) and at_most.
WITH ways AS MATERIALIZED (
    SELECT w.id
    FROM road r
    JOIN carriageway w ON w.road_id = r.id
    WHERE r.reference = CAST(:road AS text)
        OR r.id IN (SELECT a.road_id FROM road_alias a WHERE a.reference = CAST(:road AS text))
),
news AS (
    (
        SELECT
            'repair' AS kind, l.id, l.changed_on AS happened_on, l.carriageway_id, lower(l.extent) AS from_cm,
            l.contract_id, l.defect_id
        FROM public_claim_line l
        JOIN public_contract c ON c.id = l.contract_id
        JOIN carriageway w ON w.id = l.carriageway_id
        WHERE l.state = 'verified' AND l.changed_on >= CAST(:since AS date)
            AND (CAST(:road AS text) IS NULL OR l.carriageway_id IN (SELECT id FROM ways))
            AND (CAST(:contractor AS text) IS NULL OR c.contractor_bin = CAST(:contractor AS text))
            AND (CAST(:region AS text) IS NULL OR starts_with(w.kato, CAST(:region AS text)))
        ORDER BY l.changed_on DESC, l.id DESC
        LIMIT CAST(:at_most AS integer)
    )
    UNION ALL
    (
        SELECT
            'defect', d.id, d.detected_on, s.carriageway_id, s.from_cm, a.contract_id, d.id
        FROM defect_status s
        JOIN public_defect d ON d.id = s.defect_id AND d.detected_on >= CAST(:since AS date)
        JOIN carriageway w ON w.id = s.carriageway_id
        LEFT JOIN LATERAL (
            -- include: contract_that_answers
        ) AS a ON true
        LEFT JOIN public_contract c ON c.id = a.contract_id
        WHERE (CAST(:road AS text) IS NULL OR s.carriageway_id IN (SELECT id FROM ways))
            AND (CAST(:contractor AS text) IS NULL OR c.contractor_bin = CAST(:contractor AS text))
            AND (CAST(:region AS text) IS NULL OR starts_with(w.kato, CAST(:region AS text)))
        ORDER BY d.detected_on DESC, d.id DESC
        LIMIT CAST(:at_most AS integer)
    )
)
SELECT
    n.kind, n.id, n.happened_on, n.from_cm, c.number AS contract, c.contractor, r.reference, r.name_kk, r.name_ru,
    r.name_en, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, s.id AS segment_id
FROM news n
JOIN carriageway w ON w.id = n.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN segment s ON s.carriageway_id = n.carriageway_id AND s.extent @> n.from_cm
LEFT JOIN public_contract c ON c.id = n.contract_id
LEFT JOIN public_defect d ON d.id = n.defect_id
LEFT JOIN distress t ON t.code = d.distress
ORDER BY n.happened_on DESC, n.kind, n.id DESC
LIMIT CAST(:at_most AS integer)
