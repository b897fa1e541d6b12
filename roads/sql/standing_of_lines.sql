-- What stands now for what issued lines are about, and what stood at the issue. Takes line_ids (int[], or null for all that
-- are neither withdrawn nor drafted). `stands` and `stood` are the same words while the answer is the same: outcome,
-- contract and last day of the warranty of each part; or that the defect itself was withdrawn or merged. `parts` tells it
-- for people, as it is now.
SELECT
    l.id, l.claim_id,
    concat_ws(':', 'under_warranty', l.contract_id, l.facts -> 'warranty' ->> 'ends_on') AS stood,
    CASE
        WHEN d.withdrawn_on IS NOT NULL THEN 'withdrawn'
        WHEN d.merged_into_id IS NOT NULL THEN 'merged'
        ELSE coalesce(now.stands, 'unanswered')
    END AS stands,
    CASE WHEN d.withdrawn_on IS NULL AND d.merged_into_id IS NULL THEN coalesce(now.parts, '[]') ELSE '[]' END AS parts
FROM claim_line l
JOIN defect d ON d.id = l.defect_id
LEFT JOIN LATERAL (
    SELECT
        coalesce(
            string_agg(DISTINCT told.words, ' ') FILTER (WHERE told.is_here),
            string_agg(DISTINCT told.words, ' ')
        ) AS stands,
        coalesce(
            jsonb_agg(DISTINCT told.part) FILTER (WHERE told.is_here),
            jsonb_agg(DISTINCT told.part)
        ) AS parts
    FROM (
        SELECT
            -- Where the defect was settled onto another road, what stands there is what stands.
            a.carriageway_id IS NOT DISTINCT FROM l.carriageway_id AND int4range(a.from_cm, a.to_cm) && l.extent AS is_here,
            concat_ws(':', a.outcome, a.contract_id, w.ends_on) AS words,
            jsonb_build_object(
                'outcome', a.outcome, 'contract_id', a.contract_id, 'contract', c.number, 'contractor', o.name,
                'ends_on', w.ends_on
            ) AS part
        FROM standing_answer a
        LEFT JOIN warranty w ON w.id = a.source_id AND a.outcome IN ('under_warranty', 'expired')
        LEFT JOIN contract c ON c.id = a.contract_id
        LEFT JOIN organisation o ON o.id = c.contractor_id
        WHERE a.defect_id = l.defect_id
    ) AS told
) AS now ON true
WHERE l.facts IS NOT NULL AND l.state <> 'withdrawn'
    AND (CAST(:line_ids AS integer[]) IS NULL OR l.id = ANY (CAST(:line_ids AS integer[])))
