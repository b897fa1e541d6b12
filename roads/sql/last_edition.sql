-- The last edition of the maps (number 0 while there was none), and the marks of what became another since. A mark that is
-- committed late has a lower number than one before it: their count tells.
SELECT
    coalesce(max(number), 0) AS number, max(made_on) AS made_on, (SELECT count(*) FROM status_mark) AS marks,
    (SELECT coalesce(max(id), 0) FROM status_mark) AS last_mark
FROM map_edition
