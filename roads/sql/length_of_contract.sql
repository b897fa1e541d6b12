-- How long the stretches of a contract (a row `c`) are together, in centimetres of carriageway; where they overlap, once.
SELECT coalesce(sum(upper(worked) - lower(worked)), 0) AS length_cm
FROM (
    SELECT unnest(range_agg(t.extent)) AS worked
    FROM contract_section t
    JOIN carriageway w ON w.id = t.carriageway_id AND w.retired_at IS NULL
    WHERE t.contract_id = c.id AND upper_inf(t.recorded)
    GROUP BY t.carriageway_id
) AS each_once
