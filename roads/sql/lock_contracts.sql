-- The contracts of these customers and numbers, held until the transaction ends. Takes customer_bins and numbers (text[]).
-- In order of id, and after the carriageways, so that two imports queue instead of blocking each other for good.
-- include: contracts_by_key
FOR NO KEY UPDATE OF c
