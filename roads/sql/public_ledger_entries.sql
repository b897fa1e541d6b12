-- Entries of the ledger in their order, without the records of chunks. Takes start (bigint) and limit (int).
SELECT n, hash, text FROM public_ledger_entry
WHERE n >= CAST(:start AS bigint)
ORDER BY n
LIMIT CAST(:limit AS integer)
