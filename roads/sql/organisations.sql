-- Organisations by name, with what they are in contracts, where they are written to and how many programs of theirs are
-- told. Takes asked (text: part of a name or BIN, '' for all), only_id (int, nullable: this one alone), after (int,
-- nullable: the last one of the page before) and at_most (int). Who else sees the addresses is a matter of rows.
WITH page AS MATERIALIZED (
    SELECT id, bin, name
    FROM organisation
    WHERE
        -- Not LIKE: what somebody types may hold its signs.
        (strpos(lower(name), lower(CAST(:asked AS text))) > 0 OR strpos(bin, CAST(:asked AS text)) > 0)
        AND (CAST(:only_id AS integer) IS NULL OR id = CAST(:only_id AS integer))
        AND (
            CAST(:after AS integer) IS NULL
            OR (name COLLATE "kk-x-icu", id) > (
                SELECT name COLLATE "kk-x-icu", id FROM organisation WHERE id = CAST(:after AS integer)
            )
        )
    ORDER BY name COLLATE "kk-x-icu", id
    LIMIT CAST(:at_most AS integer)
),
party AS (
    SELECT page.id, array_agg(DISTINCT named.party) AS parties
    FROM contract k
    CROSS JOIN LATERAL (
        VALUES
            (k.customer_id, 'customer'), (k.contractor_id, 'contractor'), (k.supervisor_id, 'supervisor'),
            (k.designer_id, 'designer')
    ) AS named (id, party)
    JOIN page ON page.id = named.id
    GROUP BY page.id
)
SELECT
    page.id, page.bin, page.name, coalesce(party.parties, '{}') AS parties, address.addresses, program.programs,
    program.silent
FROM page
LEFT JOIN party ON party.id = page.id
CROSS JOIN LATERAL (
    SELECT coalesce(
        jsonb_agg(
            jsonb_build_object('email', email, 'language', language, 'is_active', is_active) ORDER BY email
        ), '[]'
    ) AS addresses
    FROM organisation_address
    WHERE organisation_id = page.id
) AS address
CROSS JOIN LATERAL (
    SELECT count(*) AS programs, count(*) FILTER (WHERE failing_since IS NOT NULL OR NOT is_active) AS silent
    FROM webhook
    WHERE organisation_id = page.id
) AS program
ORDER BY page.name COLLATE "kk-x-icu", page.id
