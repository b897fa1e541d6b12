-- The measure of these known carriageways changed: each will be succeeded by one measured anew. Takes numbers (int[]).
UPDATE staged_change
SET
    state = 'moved', old_id = carriageway_id, carriageway_id = CAST(nextval('carriageway_id_seq') AS integer),
    chain_id = CAST(currval('carriageway_id_seq') AS integer)
WHERE n = ANY (CAST(:numbers AS integer[]))
