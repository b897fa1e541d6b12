-- Retires carriageways. Takes carriageway_ids (int[]).
UPDATE carriageway
SET retired_at = clock_timestamp()
WHERE id = ANY (CAST(:carriageway_ids AS integer[])) AND retired_at IS NULL
