-- What stands on segments on a day: the first status that applies, and the counts and dates that a list shows beside it.
-- Takes on (date) and segment_ids (int[]); segments of carriageways that are in use no more have none.
-- `changes_on` is the next day on which the date alone may change any of it.
WITH asked AS MATERIALIZED (
    SELECT
        s.id, s.carriageway_id, lower(s.extent) AS from_cm, upper(s.extent) AS to_cm,
        (lower(s.extent) + upper(s.extent)) / 2 AS middle_cm
    FROM segment s
    JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
    WHERE s.id = ANY (CAST(:segment_ids AS integer[]))
),
found AS MATERIALIZED (
    -- include: parts_on_segments
),
defects AS (
    SELECT
        f.id,
        count(DISTINCT f.defect_id) FILTER (WHERE d.detected_on <= CAST(:on AS date)) AS open_defects,
        bool_or(
            d.detected_on <= CAST(:on AS date) AND f.outcome = 'under_warranty'
            AND NOT EXISTS (
                SELECT
                FROM lost_warranty k
                WHERE k.defect_id = f.defect_id AND k.contract_id = f.contract_id
                    AND k.carriageway_id = f.carriageway_id AND k.extent && int4range(f.from_cm, f.to_cm)
            )
        ) AS is_under_warranty,
        min(d.detected_on) FILTER (WHERE d.detected_on > CAST(:on AS date)) AS changes_on
    FROM found f
    JOIN defect d
        ON d.id = f.defect_id AND d.is_confirmed AND d.withdrawn_on IS NULL AND d.merged_into_id IS NULL
    WHERE NOT EXISTS (
        SELECT
        FROM claim_line l
        WHERE l.defect_id = f.defect_id AND l.carriageway_id = f.carriageway_id
            AND l.extent && int4range(f.from_cm, f.to_cm)
            AND l.state IN ('verified', 'closed_unfixed', 'done_by_others')
    )
    GROUP BY f.id
),
claims AS (
    SELECT
        s.id,
        count(*) FILTER (WHERE due.rectify_on <= CAST(:on AS date) OR due.safety_on <= CAST(:on AS date))
            AS overdue_lines,
        least(
            min(due.rectify_on) FILTER (WHERE due.rectify_on > CAST(:on AS date)),
            min(due.safety_on) FILTER (WHERE due.safety_on > CAST(:on AS date))
        ) AS changes_on
    FROM asked s
    JOIN claim_line l ON l.carriageway_id = s.carriageway_id AND l.extent && int4range(s.from_cm, s.to_cm)
    CROSS JOIN LATERAL (
        SELECT l.rectify_by + 1 AS rectify_on, CASE WHEN l.patched_on IS NULL THEN l.safety_by + 1 END AS safety_on
    ) AS due
    WHERE l.state IN ('issued', 'accepted')
    GROUP BY s.id
),
works_here AS (
    SELECT
        s.id,
        bool_or(w.period @> CAST(:on AS date) AND w.extent @> s.middle_cm) AS is_under_way,
        least(
            min(lower(w.period)) FILTER (WHERE lower(w.period) > CAST(:on AS date)),
            min(upper(w.period)) FILTER (WHERE upper(w.period) > CAST(:on AS date))
        ) AS changes_on
    FROM asked s
    JOIN works w ON w.carriageway_id = s.carriageway_id AND w.extent && int4range(s.from_cm, s.to_cm)
    WHERE upper_inf(w.recorded)
    GROUP BY s.id
),
seen AS (
    SELECT
        s.id,
        max(i.inspected_on) FILTER (WHERE i.inspected_on <= CAST(:on AS date)) AS inspected_on,
        max(i.counts_until) FILTER (WHERE i.inspected_on <= CAST(:on AS date)) AS counts_until,
        min(i.inspected_on) FILTER (WHERE i.inspected_on > CAST(:on AS date)) AS changes_on
    FROM asked s
    JOIN inspected_stretch t ON t.carriageway_id = s.carriageway_id AND t.extent @> s.middle_cm
    JOIN inspection i ON i.id = t.inspection_id AND i.outcome <> 'not_completed'
    GROUP BY s.id
),
answering AS (
    SELECT
        s.id,
        -- One row at most holds today: the constraint of `liability` says so.
        max(l.kind) FILTER (WHERE is_today) AS kind,
        max(l.contract_id) FILTER (WHERE is_today AND l.kind <> 'expired') AS contract_id,
        max(w.ends_on) FILTER (WHERE is_today AND l.kind = 'warranty') AS answers_until,
        min(CASE WHEN is_today THEN upper(l.period) ELSE lower(l.period) END) AS changes_on
    FROM asked s
    JOIN liability l
        ON l.carriageway_id = s.carriageway_id AND l.element = 'pavement' AND l.extent @> s.middle_cm
    CROSS JOIN LATERAL (SELECT l.period @> CAST(:on AS date) AS is_today) AS t
    LEFT JOIN warranty w ON l.kind = 'warranty' AND w.id = l.source_id
    WHERE is_today OR lower(l.period) > CAST(:on AS date)
    GROUP BY s.id
)
SELECT
    s.id AS segment_id, s.carriageway_id,
    CASE
        WHEN c.overdue_lines > 0 THEN 'overdue'
        WHEN d.is_under_warranty THEN 'open_under_warranty'
        WHEN d.open_defects > 0 THEN 'open'
        WHEN w.is_under_way THEN 'works_under_way'
        WHEN i.counts_until IS NULL OR i.counts_until < CAST(:on AS date) THEN 'unknown'
        WHEN a.kind = 'warranty' THEN 'sound_under_warranty'
        ELSE 'sound'
    END AS status,
    coalesce(d.open_defects, 0) AS open_defects, coalesce(c.overdue_lines, 0) AS overdue_lines, a.contract_id,
    a.answers_until, i.inspected_on,
    least(
        d.changes_on, c.changes_on, w.changes_on, i.changes_on,
        CASE WHEN i.counts_until >= CAST(:on AS date) THEN i.counts_until + 1 END, a.changes_on
    ) AS changes_on
FROM asked s
LEFT JOIN defects d ON d.id = s.id
LEFT JOIN claims c ON c.id = s.id
LEFT JOIN works_here w ON w.id = s.id
LEFT JOIN seen i ON i.id = s.id
LEFT JOIN answering a ON a.id = s.id
