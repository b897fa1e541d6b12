-- How much the system keeps: roads, kilometres of carriageway, contracts, defects.
SELECT
    (SELECT count(*) FROM road) AS roads,
    (SELECT coalesce(sum(upper(extent) - lower(extent)), 0) / 100000 FROM carriageway WHERE retired_at IS NULL)
        AS kilometres,
    (SELECT count(*) FROM public_contract) AS contracts,
    (SELECT count(*) FROM public_defect) AS defects
