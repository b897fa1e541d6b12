-- Marks carriageways as ones whose status may have become another. Takes carriageway_ids (int[]).
INSERT INTO status_mark (carriageway_id, extent)
SELECT id, extent FROM carriageway WHERE id = ANY (CAST(:carriageway_ids AS integer[]))
