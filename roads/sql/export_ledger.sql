-- The ledger in its order, with the checkpoint that vouches for everything up to an entry where one was made there.
SELECT e.n, e.hash, e.text, e.records, e.digests, c.note
FROM public_ledger_entry e
LEFT JOIN ledger_checkpoint c ON c.size = e.n + 1
ORDER BY e.n
