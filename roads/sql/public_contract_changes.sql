-- What changed a contract's warranties since: amendments, suspensions, terminations, and carve-outs on its stretches.
-- Without a place it is about the whole contract. Takes id (contract), skipped and at_most.
SELECT
    e.kind, e.from_on, e.to_on, e.months, e.elements, lower(e.extent) AS from_cm, upper(e.extent) AS to_cm, e.liable,
    w.direction, r.reference, r.name_kk, r.name_ru, r.name_en
FROM (
    SELECT kind, from_on, to_on, months, elements, carriageway_id, extent, CAST(NULL AS text) AS liable
    FROM public_contract_event
    WHERE contract_id = CAST(:id AS integer) AND upper_inf(recorded)
    UNION ALL
    SELECT
        'carve_out', lower(v.period), CASE WHEN NOT upper_inf(v.period) THEN upper(v.period) - 1 END, NULL, v.elements,
        v.carriageway_id, v.extent, v.liable
    FROM public_carve_out v
    WHERE upper_inf(v.recorded)
        AND v.carriageway_id IN (
            -- include: carriageways_of_contract
        )
        AND EXISTS (
            SELECT
            FROM contract_section t
            WHERE t.contract_id = CAST(:id AS integer) AND t.carriageway_id = v.carriageway_id AND t.extent && v.extent
                AND t.elements && v.elements AND upper_inf(t.recorded)
        )
) AS e
LEFT JOIN carriageway w ON w.id = e.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
ORDER BY e.from_on DESC, e.kind, e.carriageway_id, e.extent
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
