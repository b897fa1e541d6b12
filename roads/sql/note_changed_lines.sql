-- Tells of issued lines for which something else stands than was told last: each change once, and going back is one too.
-- Takes on (date), person (text) and line_ids (null for all). Gives how many were told of. The facts stay as issued.
WITH standing AS MATERIALIZED (
    -- include: standing_of_lines
),
told AS (
    SELECT DISTINCT ON (line_id) line_id, evidence ->> 'stands' AS stands
    FROM claim_event
    WHERE action = 'changed_since'
    ORDER BY line_id, id DESC
),
noted AS (
    INSERT INTO claim_event (claim_id, line_id, action, person, evidence, happened_on)
    SELECT
        s.claim_id, s.id, 'changed_since', CAST(:person AS text),
        jsonb_build_object('stands', s.stands, 'stood', coalesce(t.stands, s.stood), 'parts', s.parts),
        CAST(:on AS date)
    FROM standing s
    LEFT JOIN told t ON t.line_id = s.id
    WHERE s.stands <> coalesce(t.stands, s.stood)
    ORDER BY s.id
    RETURNING id
)
SELECT count(*) AS lines FROM noted
