-- What happened to contracts, on stretches, with claim lines and with defects (relations `contract_here`, `stretch_here`,
-- `line_here`, `defect_here`), the newest first; what is known to come stands before that. Takes skipped and at_most.
-- What happened alike on one day is one row: `many` says how often. `what` and `also` are codes.
-- Persons, notes and drafts are no part of it.
SELECT
    e.happened_on, e.code, e.what, e.also, e.elements, e.many, e.until_on, e.amount, e.contract_id, c.number AS contract,
    c.contractor, p.number AS claim, e.liable, t.name_kk AS distress_kk, t.name_ru AS distress_ru,
    t.name_en AS distress_en
FROM (
    SELECT
        c.signed_on AS happened_on, 'signed' AS code, c.kind_of_works AS what, CAST(NULL AS text) AS also,
        CAST(NULL AS text[]) AS elements, CAST(1 AS bigint) AS many, CAST(NULL AS date) AS until_on,
        CAST(NULL AS numeric) AS amount, c.id AS contract_id, CAST(NULL AS integer) AS claim_id,
        CAST(NULL AS text) AS liable
    FROM contract_here h
    JOIN public_contract c ON c.id = h.contract_id
    UNION ALL
    SELECT
        a.accepted_on, 'accepted', NULL, NULL, array_agg(DISTINCT element), count(DISTINCT a.id), NULL, NULL, s.contract_id,
        NULL, NULL
    FROM contract_here h
    JOIN contract_section s ON s.contract_id = h.contract_id AND upper_inf(s.recorded)
    JOIN acceptance a ON a.section_id = s.id AND upper_inf(a.recorded)
    CROSS JOIN unnest(a.elements) AS element
    WHERE EXISTS (SELECT FROM stretch_here t WHERE t.carriageway_id = s.carriageway_id AND t.extent && a.extent)
    GROUP BY a.accepted_on, s.contract_id
    UNION ALL
    SELECT w.ends_on, 'warranty_ends', NULL, NULL, array_agg(DISTINCT w.element), 1, NULL, NULL, w.contract_id, NULL, NULL
    FROM contract_here h
    JOIN warranty w
        ON w.contract_id = h.contract_id AND upper_inf(w.recorded) AND w.term_state = 'known' AND upper_inf(w.in_force)
    WHERE EXISTS (SELECT FROM stretch_here t WHERE t.carriageway_id = w.carriageway_id AND t.extent && w.extent)
    GROUP BY w.ends_on, w.contract_id
    UNION ALL
    SELECT
        e.from_on, e.kind, NULL, NULL, NULL, coalesce(e.months, 1), e.to_on, NULL, e.contract_id, NULL, NULL
    FROM contract_here h
    JOIN public_contract_event e ON e.contract_id = h.contract_id AND upper_inf(e.recorded)
    WHERE e.carriageway_id IS NULL
        OR EXISTS (
            SELECT
            FROM stretch_here t
            WHERE t.carriageway_id = e.carriageway_id AND t.extent && coalesce(e.extent, t.extent)
        )
    UNION ALL
    SELECT
        lower(v.period), 'carve_out', NULL, NULL, v.elements, 1,
        CASE WHEN NOT upper_inf(v.period) THEN upper(v.period) - 1 END, NULL, NULL, NULL, v.liable
    FROM public_carve_out v
    WHERE upper_inf(v.recorded)
        AND v.carriageway_id IN (SELECT carriageway_id FROM stretch_here)
        AND EXISTS (SELECT FROM stretch_here t WHERE t.carriageway_id = v.carriageway_id AND t.extent && v.extent)
    UNION ALL
    SELECT
        i.inspected_on, 'inspected', i.outcome, i.kind, NULL, count(DISTINCT i.id), NULL, NULL, NULL, NULL, NULL
    FROM stretch_here t
    JOIN public_inspection i ON i.carriageway_id = t.carriageway_id AND i.extent && t.extent
    GROUP BY i.inspected_on, i.outcome, i.kind
    UNION ALL
    SELECT d.detected_on, 'defects_found', d.distress, NULL, NULL, count(*), NULL, NULL, NULL, NULL, NULL
    FROM defect_here h
    JOIN defect_status k ON k.defect_id = h.defect_id
    JOIN public_defect d ON d.id = h.defect_id
    GROUP BY d.detected_on, d.distress
    UNION ALL
    SELECT
        e.happened_on, 'claim', e.action, NULL, NULL, count(DISTINCT h.id), NULL, NULL, h.contract_id, h.claim_id, NULL
    FROM line_here h
    JOIN public_claim_event e ON e.line_id = h.id AND e.action NOT IN ('draft', 'deliver', 'acknowledge')
    GROUP BY e.happened_on, e.action, h.contract_id, h.claim_id
    UNION ALL
    SELECT g.due_on, 'rung', g.rung, NULL, NULL, count(DISTINCT h.id), NULL, NULL, h.contract_id, h.claim_id, NULL
    FROM line_here h
    JOIN ladder_step g ON g.line_id = h.id AND g.rung <> 'reminder'
    GROUP BY g.due_on, g.rung, h.contract_id, h.claim_id
    UNION ALL
    SELECT
        k.ended_on, 'lost', NULL, NULL, NULL, count(DISTINCT k.defect_id), NULL, sum(k.cost_tenge), k.contract_id, NULL, NULL
    FROM contract_here h
    JOIN lost_warranty k ON k.contract_id = h.contract_id
    WHERE EXISTS (SELECT FROM stretch_here t WHERE t.carriageway_id = k.carriageway_id AND t.extent && k.extent)
    GROUP BY k.ended_on, k.contract_id
    ORDER BY happened_on DESC, code, what, also, contract_id, claim_id
    OFFSET CAST(:skipped AS integer)
    LIMIT CAST(:at_most AS integer)
) AS e
LEFT JOIN public_contract c ON c.id = e.contract_id
LEFT JOIN public_claim p ON p.id = e.claim_id
LEFT JOIN distress t ON e.code = 'defects_found' AND t.code = e.what
ORDER BY e.happened_on DESC, e.code, e.what, e.also, e.contract_id, e.claim_id
