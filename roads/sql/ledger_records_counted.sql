-- How many records the ledger watches now, and of how many the salt was deleted.
SELECT count(*) AS records, count(*) FILTER (WHERE is_forgotten) AS forgotten FROM ledger_live
