-- Retires carriageways, at the same moment at which their successors are recorded: what is known has no gap and no
-- overlap. Takes carriageway_ids (int[]). Their segments have no status any more.
WITH retired AS (
    UPDATE carriageway
    SET retired_at = now()
    WHERE id = ANY (CAST(:carriageway_ids AS integer[])) AND retired_at IS NULL
    RETURNING id, extent
)
INSERT INTO status_mark (carriageway_id, extent) SELECT id, extent FROM retired
