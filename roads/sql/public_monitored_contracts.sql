-- Contracts with monitoring switched on, the latest signed first. Takes skipped and at_most.
SELECT id, number, kind_of_works, signed_on, contractor, contractor_bin, value_tenge
FROM public_contract
WHERE is_monitored
ORDER BY signed_on DESC, id DESC
OFFSET CAST(:skipped AS integer)
LIMIT CAST(:at_most AS integer)
