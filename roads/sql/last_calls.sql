-- The last notices to each program of an organisation: the newest few of those that arrived, and of those that have not,
-- so that a week of silence is not hidden behind a good day. Takes organisation_id (int) and at_most (int, of each).
-- By letter and not by id: the index of the letters a program was sent serves, and letters are numbered as they were written.
SELECT
    w.id AS webhook_id, n.id, n.kind, n.state, n.attempts, n.next_try_at, n.sent_at, n.reply, n.created_at, l.claim_id,
    c.number AS claim_number, l.ordinal
FROM webhook w
CROSS JOIN (
    VALUES (CAST('{sent}' AS text[])), (CAST('{waiting,sending,bounced,given_up}' AS text[]))
) AS heap (states)
CROSS JOIN LATERAL (
    SELECT id, kind, state, attempts, next_try_at, sent_at, reply, created_at, letter_id
    FROM notice
    -- Administrators are told by mail of a program that is called no more: that is no call.
    WHERE webhook_id = w.id AND channel = 'webhook' AND state = ANY (heap.states)
    ORDER BY letter_id DESC
    LIMIT CAST(:at_most AS integer)
) AS n
LEFT JOIN letter l ON l.id = n.letter_id
LEFT JOIN claim c ON c.id = l.claim_id
WHERE w.organisation_id = CAST(:organisation_id AS integer)
ORDER BY w.id, n.letter_id DESC
