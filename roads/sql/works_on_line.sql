-- What the register knows of others who worked where a line is, between acceptance and the day of the defect:
-- carve-outs and works of other contracts. Takes line_id (int) and margin_cm (int): so near counts as there.
WITH here AS MATERIALIZED (
    SELECT
        l.carriageway_id, l.element, l.contract_id,
        int4range(lower(l.extent) - CAST(:margin_cm AS integer), upper(l.extent) + CAST(:margin_cm AS integer)) AS extent,
        daterange(w.accepted_on, greatest(w.accepted_on, d.covered_on), '[]') AS days
    FROM claim_line l
    JOIN defect d ON d.id = l.defect_id
    JOIN warranty w ON w.id = l.warranty_id
    WHERE l.id = CAST(:line_id AS integer)
)
SELECT 'carve_out' AS kind, v.id, o.bin, lower(v.period) AS from_on, upper(v.period) - 1 AS to_on
FROM here
JOIN carve_out v
    ON v.carriageway_id = here.carriageway_id AND v.extent && here.extent AND here.element = ANY (v.elements)
    AND v.period && here.days AND upper_inf(v.recorded)
JOIN organisation o ON o.id = v.liable_id
UNION ALL
SELECT 'works', s.id, o.bin, lower(s.period), upper(s.period) - 1
FROM here
JOIN works s
    ON s.carriageway_id = here.carriageway_id AND s.extent && here.extent AND s.element = here.element
    AND s.period && here.days AND s.contract_id <> here.contract_id AND upper_inf(s.recorded)
JOIN contract c ON c.id = s.contract_id
JOIN organisation o ON o.id = c.contractor_id
ORDER BY 1, 2
