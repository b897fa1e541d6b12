-- One contract. Takes id.
SELECT
    id, number, kind_of_works, signed_on, value_tenge, stated_term_months, kato, customer_bin, customer, contractor_bin,
    contractor, supervisor_bin, supervisor, designer_bin, designer, is_monitored
FROM public_contract
WHERE id = CAST(:id AS integer)
