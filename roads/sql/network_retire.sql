-- Retires carriageways, at the same moment at which their successors are recorded: what is known has no gap and no
-- overlap. Takes carriageway_ids (int[]).
UPDATE carriageway
SET retired_at = now()
WHERE id = ANY (CAST(:carriageway_ids AS integer[])) AND retired_at IS NULL
