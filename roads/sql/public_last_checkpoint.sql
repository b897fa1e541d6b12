-- The last signed checkpoint of the ledger; no row before there is one.
SELECT size, root, note, key, made_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1
