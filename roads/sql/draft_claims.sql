-- Drafts claims: one for each contract and detection day, with a line for each part that has no live line yet.
-- Takes on (date), contract_ids (int[] or null) and person (text). Gives how many claims and lines were drafted.
-- A draft of that contract and day grows; an issued claim never does. A line that a person withdrew does not come back
-- until another answer stands for its part. After the warranty's end only what was notified before it is drafted.
WITH wanted AS MATERIALIZED (
    SELECT p.defect_id, p.carriageway_id, p.extent, p.element, p.contract_id, p.warranty_id, p.detected_on
    FROM (
        -- include: claimable_parts
    ) AS p
    WHERE (p.ends_on >= CAST(:on AS date) OR p.is_notified)
        AND NOT EXISTS (
            SELECT
            FROM claim_line l
            WHERE l.defect_id = p.defect_id AND l.carriageway_id = p.carriageway_id AND l.extent && p.extent
                AND (
                    l.state <> 'withdrawn'
                    OR (
                        l.contract_id = p.contract_id AND l.changed_at >= p.answered_at
                        AND l.reason IS DISTINCT FROM 'answer_changed'
                    )
                )
        )
),
-- Locked, so that nobody issues a draft while it grows; one that was issued meanwhile is no draft any more.
known AS MATERIALIZED (
    SELECT c.id, c.contract_id, c.detected_on
    FROM claim c
    WHERE c.issued_on IS NULL
        AND (c.contract_id, c.detected_on) IN (SELECT contract_id, detected_on FROM wanted)
    FOR UPDATE
),
added AS (
    INSERT INTO claim (contract_id, detected_on, drafted_on)
    SELECT DISTINCT w.contract_id, w.detected_on, CAST(:on AS date)
    FROM wanted w
    WHERE (w.contract_id, w.detected_on) NOT IN (SELECT contract_id, detected_on FROM known)
    ORDER BY w.contract_id, w.detected_on
    ON CONFLICT DO NOTHING
    RETURNING id, contract_id, detected_on
),
draft AS (
    SELECT id, contract_id, detected_on FROM known
    UNION ALL
    SELECT id, contract_id, detected_on FROM added
),
line AS (
    INSERT INTO claim_line (
        claim_id, contract_id, number, defect_id, carriageway_id, extent, element, warranty_id, state, changed_on
    )
    SELECT
        d.id, w.contract_id,
        coalesce((SELECT max(l.number) FROM claim_line l WHERE l.claim_id = d.id), 0)
        + row_number() OVER (PARTITION BY d.id ORDER BY w.carriageway_id, w.extent, w.defect_id),
        w.defect_id, w.carriageway_id, w.extent, w.element, w.warranty_id, 'drafted', CAST(:on AS date)
    FROM wanted w
    JOIN draft d ON d.contract_id = w.contract_id AND d.detected_on = w.detected_on
    ON CONFLICT DO NOTHING
    RETURNING id, claim_id
),
told AS (
    INSERT INTO claim_event (claim_id, line_id, action, to_state, person, happened_on)
    SELECT claim_id, id, 'draft', 'drafted', CAST(:person AS text), CAST(:on AS date) FROM line
)
SELECT (SELECT count(*) FROM added) AS claims, (SELECT count(*) FROM line) AS lines
