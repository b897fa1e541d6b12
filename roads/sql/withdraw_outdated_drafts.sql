-- Takes back drafted lines for which another answer stands by now, or whose defect is open no more.
-- Takes on (date), contract_ids (int[] or null) and who does it: person (text), organisation_id (int) and
-- role (text), the last two null for jobs. Gives how many were withdrawn.
WITH withdrawn AS (
    UPDATE claim_line l
    SET
        state = 'withdrawn', reason = 'answer_changed', revision = l.revision + 1, changed_on = CAST(:on AS date),
        changed_at = clock_timestamp()
    WHERE l.state = 'drafted'
        AND (CAST(:contract_ids AS integer[]) IS NULL OR l.contract_id = ANY (CAST(:contract_ids AS integer[])))
        AND NOT EXISTS (
            SELECT
            FROM (
                -- include: claimable_parts
            ) AS p
            WHERE (p.defect_id, p.carriageway_id, p.extent, p.contract_id, p.warranty_id)
                = (l.defect_id, l.carriageway_id, l.extent, l.contract_id, l.warranty_id)
        )
    RETURNING l.id, l.claim_id
),
told AS (
    INSERT INTO claim_event (
        claim_id, line_id, action, from_state, to_state, person, organisation_id, role, reason, happened_on
    )
    SELECT
        claim_id, id, 'withdraw', 'drafted', 'withdrawn', CAST(:person AS text), CAST(:organisation_id AS integer),
        CAST(:role AS text), 'answer_changed', CAST(:on AS date)
    FROM withdrawn
)
SELECT count(*) AS lines FROM withdrawn
