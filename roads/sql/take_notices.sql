-- Takes notices that are due, for one sender alone, oldest first: from now on they are being sent. Takes now (moment),
-- lost_before (moment: whoever took one before and has said nothing since is gone), most (int), mail and webhooks (bool)
-- and documents (text[]: kinds that are sent as a document, once it is drawn up). Gives what sending needs.
WITH due AS MATERIALIZED (
    SELECT n.id
    FROM notice n
    WHERE (
            (n.state = 'waiting' AND n.next_try_at <= CAST(:now AS timestamptz))
            OR (n.state = 'sending' AND n.taken_at <= CAST(:lost_before AS timestamptz))
        )
        AND CASE n.channel WHEN 'mail' THEN CAST(:mail AS boolean) ELSE CAST(:webhooks AS boolean) END
        AND (
            n.channel = 'webhook' OR n.letter_id IS NULL OR n.kind <> ALL (CAST(:documents AS text[]))
            OR EXISTS (SELECT FROM letter_document d WHERE d.letter_id = n.letter_id AND d.language = n.language)
        )
    ORDER BY n.next_try_at, n.id
    LIMIT CAST(:most AS integer)
    FOR UPDATE SKIP LOCKED
),
taken AS (
    UPDATE notice n
    SET state = 'sending', taken_at = CAST(:now AS timestamptz), attempts = n.attempts + 1
    FROM due
    WHERE n.id = due.id
    RETURNING n.*
)
SELECT
    t.id, t.kind, t.channel, t.letter_id, t.organisation_id, t.address, t.language, t.is_for_information, t.attempts,
    t.token, t.read_key, t.secret, t.created_at, t.webhook_id, l.claim_id, l.written_on, l.code, l.ordinal,
    c.number AS claim_number, k.number AS contract_number, k.signed_on, customer.name AS customer, contractor.name AS contractor,
    c.contractor_id, c.silence_by, d.pdf, d.sha256, w.url, w.secret AS webhook_secret, s.key AS subscription_key
FROM taken t
LEFT JOIN letter l ON l.id = t.letter_id
LEFT JOIN claim c ON c.id = l.claim_id
LEFT JOIN contract k ON k.id = c.contract_id
LEFT JOIN organisation customer ON customer.id = k.customer_id
LEFT JOIN organisation contractor ON contractor.id = c.contractor_id
LEFT JOIN letter_document d ON d.letter_id = t.letter_id AND d.language = t.language
LEFT JOIN webhook w ON w.id = t.webhook_id
LEFT JOIN subscription s ON s.id = t.subscription_id
ORDER BY t.next_try_at, t.id
