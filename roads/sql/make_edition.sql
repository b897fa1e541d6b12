-- A new edition of the maps, one above the last. Takes on (date).
INSERT INTO map_edition (number, made_on)
SELECT coalesce(max(number), 0) + 1, CAST(:on AS date) FROM map_edition
RETURNING number
