-- How many entries the ledger has in its order; no row when it has none. The last place tells: places have no gaps.
SELECT n + 1 AS size FROM public_ledger_entry ORDER BY n DESC LIMIT 1
