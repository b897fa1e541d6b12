-- What a letter says beside its lines: its claim, contract and parties. Takes letter_id (int).
SELECT
    l.id, l.kind, l.claim_id, l.ordinal, l.written_on, l.person, l.code, c.number AS claim_number, c.issued_on,
    c.silence_by, c.silence_is_acceptance, k.number AS contract_number, k.signed_on, k.kind_of_works,
    customer.name AS customer, customer.bin AS customer_bin, contractor.name AS contractor,
    contractor.bin AS contractor_bin, supervisor.name AS supervisor, supervisor.bin AS supervisor_bin,
    designer.name AS designer, designer.bin AS designer_bin
FROM letter l
JOIN claim c ON c.id = l.claim_id
JOIN contract k ON k.id = c.contract_id
JOIN organisation customer ON customer.id = k.customer_id
JOIN organisation contractor ON contractor.id = c.contractor_id
LEFT JOIN organisation supervisor ON supervisor.id = c.supervisor_id
LEFT JOIN organisation designer ON designer.id = c.designer_id
WHERE l.id = CAST(:letter_id AS integer)
