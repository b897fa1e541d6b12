-- Contracts that work on a road, the latest signed first, with how long the road is to them. Takes id (road), skipped and
-- at_most.
SELECT c.id, c.number, c.kind_of_works, c.signed_on, c.contractor, c.contractor_bin, c.value_tenge, t.length_cm, t.accepted_on
FROM (
    SELECT
        t.contract_id, sum(upper(t.extent) - lower(t.extent)) AS length_cm,
        max(a.accepted_on) AS accepted_on
    FROM carriageway w
    JOIN contract_section t ON t.carriageway_id = w.id AND upper_inf(t.recorded)
    LEFT JOIN LATERAL (
        SELECT max(a.accepted_on) AS accepted_on FROM acceptance a WHERE a.section_id = t.id AND upper_inf(a.recorded)
    ) AS a ON true
    WHERE w.road_id = CAST(:id AS integer) AND w.retired_at IS NULL
    GROUP BY t.contract_id
) AS t
JOIN public_contract c ON c.id = t.contract_id
ORDER BY c.signed_on DESC, c.id DESC
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
