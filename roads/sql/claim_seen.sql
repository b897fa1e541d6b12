-- One claim with the people around it, if whoever acts may see it. Takes id.
SELECT
    c.id, c.number, c.detected_on, c.drafted_on, c.issued_on, c.delivered_on, c.acknowledged_at, c.silence_by,
    c.silence_is_acceptance, c.contract_id, k.number AS contract, k.kind_of_works, k.signed_on, k.value_tenge,
    contractor.id AS contractor_id, contractor.name AS contractor, contractor.bin AS contractor_bin,
    customer.id AS customer_id, customer.name AS customer, customer.bin AS customer_bin,
    supervisor.id AS supervisor_id, supervisor.name AS supervisor, supervisor.bin AS supervisor_bin
FROM claim c
JOIN contract k ON k.id = c.contract_id
JOIN organisation contractor ON contractor.id = coalesce(c.contractor_id, k.contractor_id)
JOIN organisation customer ON customer.id = k.customer_id
LEFT JOIN organisation supervisor ON supervisor.id = CASE WHEN c.issued_on IS NULL THEN k.supervisor_id ELSE c.supervisor_id END
WHERE c.id = CAST(:id AS integer)
