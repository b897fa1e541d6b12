-- How many entries have their place, how many wait for one, and for how many the last checkpoint vouches.
SELECT
    (SELECT coalesce(max(n) + 1, 0) FROM ledger_leaf) AS size,
    (SELECT count(*) FROM ledger_waiting) AS waiting,
    (SELECT coalesce(max(size), 0) FROM ledger_checkpoint) AS signed
