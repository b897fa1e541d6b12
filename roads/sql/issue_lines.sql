-- Issues drafted lines with their deadlines and frozen facts, as worked out. Takes lines (the rows as JSON), on (date),
-- person, organisation_id and role. Gives the lines that were issued; the caller holds them.
WITH given AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS given (
        id integer, safety_by date, safety_origin text, safety_rule_id integer, rectify_by date, rectify_origin text,
        rectify_rule_id integer, rectify_by_before_winter date, facts jsonb
    )
),
issued AS (
    UPDATE claim_line l
    SET
        state = 'issued', revision = l.revision + 1, changed_on = CAST(:on AS date), changed_at = clock_timestamp(),
        clock_from = CAST(:on AS date), safety_by = g.safety_by, safety_origin = g.safety_origin,
        safety_rule_id = g.safety_rule_id, rectify_by = g.rectify_by, rectify_origin = g.rectify_origin,
        rectify_rule_id = g.rectify_rule_id, rectify_by_before_winter = g.rectify_by_before_winter, facts = g.facts
    FROM given g
    WHERE l.id = g.id AND l.state = 'drafted'
    RETURNING l.id, l.claim_id, l.carriageway_id, l.extent
),
told AS (
    INSERT INTO claim_event (claim_id, line_id, action, from_state, to_state, person, organisation_id, role, happened_on)
    SELECT
        claim_id, id, 'issue', 'drafted', 'issued', CAST(:person AS text), CAST(:organisation_id AS integer),
        CAST(:role AS text), CAST(:on AS date)
    FROM issued
),
marked AS (
    INSERT INTO status_mark (carriageway_id, extent) SELECT carriageway_id, extent FROM issued
)
SELECT id FROM issued
