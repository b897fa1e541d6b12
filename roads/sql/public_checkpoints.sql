-- Signed checkpoints of the ledger, the oldest first. Takes after (bigint, a size) and limit (int).
SELECT size, root, note, key, made_at
FROM ledger_checkpoint
WHERE size > CAST(:after AS bigint)
ORDER BY size
LIMIT CAST(:limit AS integer)
