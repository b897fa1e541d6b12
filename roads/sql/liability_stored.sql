-- Who answers on some carriageways as known now. Takes carriageway_ids (int[]).
SELECT carriageway_id, element, extent, period, kind, source_id, contract_id
FROM liability
WHERE carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))
