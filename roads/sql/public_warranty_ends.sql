-- Days on which warranties of a contractor or on a road end, from a day on, each contract and day once. Takes on (date),
-- road (folded reference or null), contractor (BIN or null) and at_most.
SELECT
    y.contract_id, c.number AS contract, c.contractor, y.ends_on, count(DISTINCT y.carriageway_id) AS carriageways,
    min(r.reference) AS reference, min(r.name_kk) AS name_kk, min(r.name_ru) AS name_ru, min(r.name_en) AS name_en
FROM warranty y
JOIN public_contract c ON c.id = y.contract_id
JOIN carriageway w ON w.id = y.carriageway_id
LEFT JOIN road r ON r.id = w.road_id
WHERE upper_inf(y.recorded) AND y.element = 'pavement' AND y.ends_on BETWEEN CAST(:on AS date) AND DATE '2200-01-01'
    AND (CAST(:contractor AS text) IS NULL OR c.contractor_bin = CAST(:contractor AS text))
    AND (
        CAST(:road AS text) IS NULL
        OR r.reference = CAST(:road AS text)
        OR r.id IN (SELECT a.road_id FROM road_alias a WHERE a.reference = CAST(:road AS text))
    )
GROUP BY y.contract_id, c.number, c.contractor, y.ends_on
ORDER BY y.ends_on, y.contract_id
LIMIT CAST(:at_most AS integer)
