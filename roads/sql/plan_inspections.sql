-- Plans the inspections whose days have come or soon will: after acceptance, in the campaigns, in the last days of a
-- warranty. Takes on (date), contract_ids (int[] or null), ahead_days and after_acceptance_days (int), the campaigns
-- (kinds text[], first_days, last_days date[]) and the last days (last_kinds text[], from_days, to_days int[], counted back
-- from the end). Gives how many were added by kind; each is planned once.
-- Campaigns look at every stretch under a warranty that runs on one of their days, be its term known or not.
WITH guaranteed AS MATERIALIZED (
    SELECT w.contract_id, w.carriageway_id, w.extent, w.accepted_on, w.term_state, max(w.ends_on) AS ends_on
    FROM warranty w
    JOIN carriageway y ON y.id = w.carriageway_id AND y.retired_at IS NULL
    WHERE upper_inf(w.recorded) AND w.in_force @> greatest(CAST(:on AS date), w.accepted_on)
        AND w.accepted_on <= CAST(:on AS date)
        AND (CAST(:contract_ids AS integer[]) IS NULL OR w.contract_id = ANY (CAST(:contract_ids AS integer[])))
    GROUP BY w.contract_id, w.carriageway_id, w.extent, w.accepted_on, w.term_state
),
window_of AS (
    SELECT
        contract_id, carriageway_id, extent, 'after_acceptance' AS kind, accepted_on + 1 AS first_on,
        accepted_on + CAST(:after_acceptance_days AS integer) AS last_on
    FROM guaranteed
    UNION ALL
    SELECT g.contract_id, g.carriageway_id, g.extent, campaign.kind, campaign.first_on, campaign.last_on
    FROM guaranteed g
    JOIN unnest(CAST(:kinds AS text[]), CAST(:first_days AS date[]), CAST(:last_days AS date[]))
        AS campaign (kind, first_on, last_on)
        ON g.accepted_on < campaign.first_on AND g.ends_on >= campaign.first_on
    UNION ALL
    SELECT
        g.contract_id, g.carriageway_id, g.extent, last_one.kind, g.ends_on - last_one.from_days + 1,
        g.ends_on - last_one.to_days
    FROM guaranteed g
    CROSS JOIN unnest(CAST(:last_kinds AS text[]), CAST(:from_days AS integer[]), CAST(:to_days AS integer[]))
        AS last_one (kind, from_days, to_days)
    WHERE g.term_state = 'known'
),
added AS (
    INSERT INTO planned_inspection (kind, contract_id, carriageway_id, extent, due, planned_on)
    SELECT DISTINCT kind, contract_id, carriageway_id, extent, daterange(first_on, last_on, '[]'), CAST(:on AS date)
    FROM window_of
    WHERE first_on <= CAST(:on AS date) + CAST(:ahead_days AS integer) AND last_on >= CAST(:on AS date)
    ON CONFLICT DO NOTHING
    RETURNING kind
)
SELECT kind, count(*) AS inspections FROM added GROUP BY kind
