-- Notices that had no address, and the addresses there are for them by now. Takes since (date: of older letters it is not
-- asked). Somebody who acts for two organisations may have the letter from the other one already.
SELECT
    n.id, n.kind, n.letter_id, n.organisation_id, n.role, n.is_for_information, a.address, a.language,
    row_number() OVER (PARTITION BY n.id ORDER BY a.address) AS place
FROM notice n
JOIN letter l ON l.id = n.letter_id
JOIN claim c ON c.id = l.claim_id
JOIN contract k ON k.id = c.contract_id
JOIN notice_address a
    ON a.organisation_id = n.organisation_id AND (a.role IS NULL OR a.role = n.role)
    AND (a.kato IS NULL OR k.kato IS NULL OR starts_with(k.kato, a.kato))
WHERE n.state = 'unaddressed' AND l.written_on >= CAST(:since AS date)
    AND NOT EXISTS (SELECT FROM notice o WHERE o.letter_id = n.letter_id AND o.address = a.address)
