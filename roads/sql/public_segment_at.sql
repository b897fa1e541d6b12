-- The segment of a carriageway at a chainage. Takes carriageway_id and at_cm.
SELECT id
FROM segment
WHERE carriageway_id = CAST(:carriageway_id AS integer) AND extent @> CAST(:at_cm AS integer)
LIMIT 1
