-- The stretches contracts work on, or the parts of them that were accepted, as lines. Chainage in metres.
SELECT
    c.number AS contract_number, c.customer_bin, c.customer, c.contractor_bin, c.contractor, c.kind_of_works, c.signed_on,
    CAST(c.value_tenge AS float8) AS value_tenge, r.reference AS road_reference, w.source_id, w.direction,
    CAST(lower(stretch.extent) / 100.0 AS float8) AS chainage_from,
    CAST(upper(stretch.extent) / 100.0 AS float8) AS chainage_to,
    array_to_string(coalesce(a.elements, s.elements), '|') AS elements, a.accepted_on, term.ends_on AS warranty_to,
    CAST(greatest(lower(s.recorded), lower(a.recorded)) AS date) AS recorded_on,
    ST_AsBinary(
        ST_Force2D(ST_LocateBetween(w.geom, lower(stretch.extent) / 100.0, upper(stretch.extent) / 100.0))
    ) AS geometry
FROM contract_section s
JOIN public_contract c ON c.id = s.contract_id
JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
LEFT JOIN road r ON r.id = w.road_id
LEFT JOIN acceptance a ON a.section_id = s.id AND upper_inf(a.recorded)
CROSS JOIN LATERAL (SELECT coalesce(a.extent, s.extent) AS extent) AS stretch
LEFT JOIN LATERAL (
    SELECT max(v.ends_on) AS ends_on
    FROM warranty v
    WHERE v.acceptance_id = a.id AND upper_inf(v.recorded) AND upper_inf(v.in_force) AND v.term_state = 'known'
) AS term ON true
WHERE upper_inf(s.recorded)
ORDER BY c.number, s.id, lower(stretch.extent)
