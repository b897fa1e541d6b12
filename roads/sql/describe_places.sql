-- What people call the places of a defect's parts. Takes carriageway_ids (int[]).
SELECT w.id AS carriageway_id, w.source_id, w.direction, r.reference, r.name_kk, r.name_ru, r.name_en
FROM carriageway w
LEFT JOIN road r ON r.id = w.road_id
WHERE w.id = ANY (CAST(:carriageway_ids AS integer[]))
