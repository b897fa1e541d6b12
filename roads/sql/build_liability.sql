-- Stores who answers for each metre of the carriageways on each day. Takes carriageway_ids (int[]) and known_at.
-- Their old rows must be gone: an unreferenced DELETE in a WITH runs last, and the exclusion constraint would refuse.
INSERT INTO liability (carriageway_id, element, extent, period, kind, source_id, contract_id)
SELECT carriageway_id, element, extent, period, kind, source_id, contract_id
FROM (
    -- include: liability_projection
) AS projection
