-- The contracts of these customers and numbers. Takes customer_bins and numbers (text[], one entry for each contract).
SELECT
    c.id, customer.bin AS customer_bin, c.number, contractor.bin AS contractor_bin, supervisor.bin AS supervisor_bin,
    c.kind_of_works, c.signed_on, c.value_tenge, c.stated_term_months, c.kato
FROM unnest(CAST(:customer_bins AS text[]), CAST(:numbers AS text[])) AS asked (customer_bin, number)
JOIN organisation customer ON customer.bin = asked.customer_bin
JOIN contract c ON c.customer_id = customer.id AND c.number = asked.number
JOIN organisation contractor ON contractor.id = c.contractor_id
LEFT JOIN organisation supervisor ON supervisor.id = c.supervisor_id
ORDER BY c.id
