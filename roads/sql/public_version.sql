-- What the public is shown as of: the last edition of the maps, the marks of what became another since, and the entries of the
-- ledger, of which every change of what people record leaves one.
SELECT e.number, e.made_on, e.marks, e.last_mark, c.last_entry, c.entries_waiting
FROM (
    -- include: last_edition
) AS e
CROSS JOIN public_change AS c
