-- Issued lines that wait for somebody, by what they wait for: `answer` (disputed, or a joint visit asked for and not set),
-- `verification` (a repair was reported), `overdue` and `owed` (the contractor's turn). Within each, those with the most
-- money at risk for each day left come first; of what is owed, the next deadline. Takes on (date), at_most (of each) and
-- waits_for (text[]). `total` counts beyond at_most.
SELECT *
FROM (
    SELECT
        q.*, count(*) OVER (PARTITION BY q.waits_for) AS total,
        row_number() OVER (
            PARTITION BY q.waits_for
            ORDER BY
                CASE WHEN q.waits_for = 'owed' THEN q.due_by END, q.tenge / greatest(q.days_left + 1, 1) DESC NULLS LAST,
                q.due_by, q.id
        ) AS place
    FROM (
        SELECT
            l.id, l.claim_id, m.number AS claim, l.number AS line, l.state, l.reason, l.element, l.defect_id,
            l.repair_planned_on, l.visit_on, l.repaired_on, l.safety_by, l.rectify_by, l.patched_on,
            lower(l.extent) AS from_cm, upper(l.extent) AS to_cm, c.number AS contract, o.name AS contractor,
            r.reference, r.name_kk, r.name_ru, r.name_en, s.id AS segment_id,
            d.distress, t.name_kk AS distress_kk, t.name_ru AS distress_ru, t.name_en AS distress_en, d.severity,
            worth.tenge, due.due_by, due.due_by - CAST(:on AS date) AS days_left,
            CASE
                WHEN l.state = 'disputed' OR (l.visit_on IS NULL AND asked.is_open) THEN 'answer'
                WHEN l.state = 'repaired' THEN 'verification'
                WHEN due.due_by < CAST(:on AS date) THEN 'overdue'
                ELSE 'owed'
            END AS waits_for,
            asked.is_open AS asks_visit
        FROM claim_line l
        JOIN claim m ON m.id = l.claim_id
        JOIN contract c ON c.id = l.contract_id
        JOIN organisation o ON o.id = coalesce(m.contractor_id, c.contractor_id)
        JOIN carriageway y ON y.id = l.carriageway_id
        LEFT JOIN road r ON r.id = y.road_id
        LEFT JOIN segment s ON s.carriageway_id = l.carriageway_id AND s.extent @> lower(l.extent)
        JOIN defect d ON d.id = l.defect_id
        LEFT JOIN distress t ON t.code = d.distress
        CROSS JOIN LATERAL (SELECT l.extent, d.length_m) AS part
        CROSS JOIN LATERAL (
            -- include: value_of_extent
        ) AS worth
        CROSS JOIN LATERAL (
            SELECT least(l.rectify_by, CASE WHEN l.patched_on IS NULL THEN l.safety_by END) AS due_by
        ) AS due
        CROSS JOIN LATERAL (
            SELECT
                l.state = 'issued' AND coalesce((
                    SELECT e.action = 'ask_joint_visit'
                    FROM claim_event e
                    WHERE e.line_id = l.id
                        AND e.action IN ('ask_joint_visit', 'set_joint_visit', 'hold_joint_visit')
                    ORDER BY e.id DESC
                    LIMIT 1
                ), false) AS is_open
        ) AS asked
        WHERE l.state IN ('issued', 'accepted', 'disputed', 'repaired')
    ) AS q
    WHERE q.waits_for = ANY (CAST(:waits_for AS text[]))
) AS placed
WHERE place <= CAST(:at_most AS integer)
ORDER BY waits_for, place
