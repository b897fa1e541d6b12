-- Lines that nobody answered in time count as accepted, where the contract or the customer says so.
-- Takes on (date) and person (text). Gives how many; asking for a joint visit is an answer. Dated by the day after the
-- last one for an answer, however late somebody looks.
WITH accepted AS (
    UPDATE claim_line l
    SET
        state = 'accepted', reason = NULL, revision = l.revision + 1, changed_on = c.silence_by + 1,
        changed_at = clock_timestamp()
    FROM claim c
    WHERE c.id = l.claim_id AND c.silence_is_acceptance AND c.silence_by < CAST(:on AS date) AND l.state = 'issued'
        AND NOT EXISTS (
            SELECT FROM claim_event e WHERE e.line_id = l.id AND e.action = 'ask_joint_visit'
        )
    RETURNING l.id, l.claim_id, l.carriageway_id, l.extent, l.changed_on
),
told AS (
    INSERT INTO claim_event (claim_id, line_id, action, from_state, to_state, person, happened_on)
    SELECT claim_id, id, 'accept_by_silence', 'issued', 'accepted', CAST(:person AS text), changed_on FROM accepted
),
marked AS (
    INSERT INTO status_mark (carriageway_id, extent) SELECT carriageway_id, extent FROM accepted
)
SELECT count(*) AS lines FROM accepted
