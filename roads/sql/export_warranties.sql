-- Warranties as known now, element by element, with the stretch they cover as a line. Chainage in metres; warranty_to
-- is the last covered day, empty where no term is known.
SELECT
    v.id, c.number AS contract_number, c.customer_bin, c.contractor_bin, c.contractor, r.reference AS road_reference,
    w.source_id, w.direction, CAST(lower(v.extent) / 100.0 AS float8) AS chainage_from,
    CAST(upper(v.extent) / 100.0 AS float8) AS chainage_to, v.element, v.accepted_on AS warranty_from,
    CASE WHEN v.term_state = 'known' THEN v.ends_on END AS warranty_to, v.months, v.term_state, v.term_origin,
    CAST(lower(v.recorded) AS date) AS recorded_on,
    ST_AsBinary(ST_Force2D(ST_LocateBetween(w.geom, lower(v.extent) / 100.0, upper(v.extent) / 100.0))) AS geometry
FROM warranty v
JOIN public_contract c ON c.id = v.contract_id
JOIN carriageway w ON w.id = v.carriageway_id AND w.retired_at IS NULL
LEFT JOIN road r ON r.id = w.road_id
WHERE upper_inf(v.recorded) AND upper_inf(v.in_force)
ORDER BY v.id
