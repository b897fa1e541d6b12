-- Takes the oldest entries that have no place in the order yet, and gives their id and text. Takes at_most (int).
-- What another transaction has not committed is not there yet and comes the next time, whatever its number.
WITH taken AS (
    DELETE FROM ledger_waiting
    WHERE entry_id IN (SELECT entry_id FROM ledger_waiting ORDER BY entry_id LIMIT CAST(:at_most AS integer))
    RETURNING entry_id
)
SELECT e.id, e.text
FROM taken
JOIN ledger_entry e ON e.id = taken.entry_id
ORDER BY e.id
