-- Warranties that ended with a confirmed open defect of which the contract was never notified; each is kept once.
-- Takes on (date), contract_ids (int[] or null) and person (text). Gives how many were lost and how many drafts of them
-- were taken back. The cost is the contract's value by the share of its length; a point without a measured length has none.
WITH lost AS MATERIALIZED (
    SELECT p.defect_id, p.contract_id, p.carriageway_id, p.extent, p.warranty_id, p.ends_on
    FROM (
        -- include: claimable_parts
    ) AS p
    WHERE p.ends_on < CAST(:on AS date) AND NOT p.is_notified
        AND NOT EXISTS (
            SELECT
            FROM lost_warranty k
            WHERE k.contract_id = p.contract_id AND k.defect_id = p.defect_id AND k.carriageway_id = p.carriageway_id
                AND k.extent && p.extent
        )
),
contract_length AS (
    SELECT contract_id, sum(upper(stretch) - lower(stretch)) AS cm
    FROM (
        SELECT s.contract_id, unnest(range_agg(s.extent)) AS stretch
        FROM contract_section s
        JOIN carriageway y ON y.id = s.carriageway_id AND y.retired_at IS NULL
        WHERE upper_inf(s.recorded) AND s.contract_id IN (SELECT contract_id FROM lost)
        GROUP BY s.contract_id, s.carriageway_id
    ) AS stretches
    GROUP BY contract_id
),
added AS (
    INSERT INTO lost_warranty (defect_id, contract_id, carriageway_id, extent, warranty_id, ended_on, cost_tenge)
    SELECT
        lost.defect_id, lost.contract_id, lost.carriageway_id, lost.extent, lost.warranty_id, lost.ends_on,
        -- `least` passes over NULL: a share that nobody knows must not count as the whole.
        round(c.value_tenge * CASE WHEN share.cm > n.cm THEN 1 ELSE share.cm / nullif(n.cm, 0) END, 2)
    FROM lost
    JOIN contract c ON c.id = lost.contract_id
    JOIN defect d ON d.id = lost.defect_id
    LEFT JOIN contract_length n ON n.contract_id = lost.contract_id
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN upper(lost.extent) - lower(lost.extent) > 1 THEN upper(lost.extent) - lower(lost.extent)
                ELSE CAST(d.length_m * 100 AS numeric)
            END AS cm
    ) AS share
    ORDER BY lost.contract_id, lost.defect_id, lost.carriageway_id, lost.extent
    ON CONFLICT DO NOTHING
    RETURNING defect_id, contract_id, carriageway_id, extent
),
withdrawn AS (
    UPDATE claim_line l
    SET
        state = 'withdrawn', reason = 'warranty_lost', revision = l.revision + 1, changed_on = CAST(:on AS date),
        changed_at = clock_timestamp()
    FROM added a
    WHERE l.defect_id = a.defect_id AND l.contract_id = a.contract_id AND l.carriageway_id = a.carriageway_id
        AND l.extent && a.extent AND l.state = 'drafted'
    RETURNING l.id, l.claim_id
),
told AS (
    INSERT INTO claim_event (claim_id, line_id, action, from_state, to_state, person, reason, happened_on)
    SELECT
        claim_id, id, 'withdraw', 'drafted', 'withdrawn', CAST(:person AS text), 'warranty_lost', CAST(:on AS date)
    FROM withdrawn
),
marked AS (
    INSERT INTO status_mark (carriageway_id, extent) SELECT carriageway_id, extent FROM added
)
SELECT (SELECT count(*) FROM added) AS lost, (SELECT count(*) FROM withdrawn) AS withdrawn
