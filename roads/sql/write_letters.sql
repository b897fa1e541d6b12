-- Turns what nobody has been told yet into letters and notices: each event and each rung is told of once, and each
-- recipient once of each letter. Takes on (date), now (the moment from which to send), claims_at_once (int; all that waits
-- of a claim is taken together), and the tables of the domain: actions and action_kinds, rungs and rung_kinds, to_kinds,
-- to_parties, to_roles and to_information (arrays). Gives the numbers of letters and notices.
-- A drafted line that is taken back was never told of, so neither is that. An organisation in which nobody has an address
-- gets one notice that waits for one.
WITH chosen AS MATERIALIZED (
    SELECT id
    FROM untold
    WHERE claim_id IN (
        SELECT claim_id FROM untold GROUP BY claim_id ORDER BY min(id) LIMIT CAST(:claims_at_once AS integer)
    )
    ORDER BY id
    FOR UPDATE
),
taken AS (
    DELETE FROM untold u USING chosen WHERE u.id = chosen.id RETURNING u.*
),
kind AS (
    SELECT * FROM unnest(CAST(:actions AS text[]), CAST(:action_kinds AS text[])) AS known (action, kind)
),
rung AS (
    SELECT * FROM unnest(CAST(:rungs AS text[]), CAST(:rung_kinds AS text[])) AS known (rung, kind)
),
told AS MATERIALIZED (
    SELECT
        t.claim_id, t.line_id, t.event_id, t.step_id, coalesce(kind.kind, rung.kind) AS kind,
        coalesce(e.happened_on, CAST(:on AS date)) AS written_on, e.person, t.id AS at,
        -- Whom a repair is offered to must not read what was offered to others.
        CASE WHEN e.action = 'offer_verification' THEN e.evidence ->> 'bin' END AS offered_to
    FROM taken t
    LEFT JOIN claim_event e ON e.id = t.event_id
    LEFT JOIN kind ON kind.action = e.action
    LEFT JOIN ladder_step s ON s.id = t.step_id
    LEFT JOIN rung ON rung.rung = s.rung
    WHERE coalesce(kind.kind, rung.kind) IS NOT NULL
),
matter AS MATERIALIZED (
    SELECT
        m.*,
        (SELECT count(*) FROM letter l WHERE l.claim_id = m.claim_id)
            + row_number() OVER (PARTITION BY m.claim_id ORDER BY m.at) AS ordinal
    FROM (
        SELECT claim_id, kind, written_on, person, offered_to, min(at) AS at
        FROM told
        GROUP BY claim_id, kind, written_on, person, offered_to
    ) AS m
),
written AS (
    INSERT INTO letter (kind, claim_id, ordinal, written_on, person)
    SELECT kind, claim_id, ordinal, written_on, person FROM matter ORDER BY at
    RETURNING id, claim_id, ordinal
),
letters AS MATERIALIZED (
    SELECT w.id, m.* FROM written w JOIN matter m ON m.claim_id = w.claim_id AND m.ordinal = w.ordinal
),
causes AS (
    INSERT INTO letter_cause (letter_id, line_id, event_id, step_id)
    SELECT l.id, t.line_id, t.event_id, t.step_id
    FROM told t
    JOIN letters l
        ON l.claim_id = t.claim_id AND l.kind = t.kind AND l.written_on = t.written_on
        AND l.person IS NOT DISTINCT FROM t.person AND l.offered_to IS NOT DISTINCT FROM t.offered_to
),
addressee AS (
    SELECT *
    FROM unnest(
        CAST(:to_kinds AS text[]), CAST(:to_parties AS text[]), CAST(:to_roles AS text[]), CAST(:to_information AS boolean[])
    ) AS known (kind, party, role, for_information)
),
addressed AS MATERIALIZED (
    SELECT l.id AS letter_id, l.kind, a.role, a.for_information, party.organisation_id, region.kato
    FROM letters l
    JOIN addressee a ON a.kind = l.kind
    JOIN claim c ON c.id = l.claim_id
    JOIN contract k ON k.id = c.contract_id
    CROSS JOIN LATERAL (
        SELECT CASE a.party
            WHEN 'customer' THEN k.customer_id
            WHEN 'contractor' THEN coalesce(c.contractor_id, k.contractor_id)
            WHEN 'supervisor' THEN c.supervisor_id
            WHEN 'designer' THEN c.designer_id
            WHEN 'verifier' THEN (SELECT o.id FROM organisation o WHERE o.bin = l.offered_to)
        END
    ) AS party (organisation_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(k.kato, (
            SELECT min(w.kato)
            FROM claim_line n
            JOIN carriageway y ON y.id = n.carriageway_id
            JOIN road w ON w.id = y.road_id
            WHERE n.claim_id = c.id
        ))
    ) AS region (kato)
    WHERE party.organisation_id IS NOT NULL
),
recipient AS (
    -- One address is written to once, and rather to act than for information.
    SELECT DISTINCT ON (d.letter_id, coalesce(a.address, CAST(d.organisation_id AS text))) d.*, a.address, a.language
    FROM addressed d
    LEFT JOIN notice_address a
        ON a.organisation_id = d.organisation_id AND (a.role IS NULL OR a.role = d.role)
        AND (a.kato IS NULL OR d.kato IS NULL OR starts_with(d.kato, a.kato))
    ORDER BY d.letter_id, coalesce(a.address, CAST(d.organisation_id AS text)), d.for_information, d.organisation_id
),
mails AS (
    INSERT INTO notice (
        kind, channel, letter_id, organisation_id, role, address, language, is_for_information, state, next_try_at
    )
    SELECT
        kind, 'mail', letter_id, organisation_id, role, address, language, for_information,
        CASE WHEN address IS NULL THEN 'unaddressed' ELSE 'waiting' END, CAST(:now AS timestamptz)
    FROM recipient
    ORDER BY letter_id, for_information, address
    RETURNING id
),
calls AS (
    INSERT INTO notice (kind, channel, letter_id, webhook_id, organisation_id, is_for_information, state, next_try_at)
    SELECT DISTINCT ON (d.letter_id, w.id)
        d.kind, 'webhook', d.letter_id, w.id, d.organisation_id, d.for_information, 'waiting', CAST(:now AS timestamptz)
    FROM addressed d
    JOIN webhook w ON w.organisation_id = d.organisation_id AND w.is_active AND (w.kinds IS NULL OR d.kind = ANY (w.kinds))
    ORDER BY d.letter_id, w.id, d.for_information
    RETURNING id
)
SELECT
    (SELECT count(*) FROM letters) AS letters, (SELECT count(*) FROM mails) + (SELECT count(*) FROM calls) AS notices
