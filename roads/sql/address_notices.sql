-- Finds addresses for notices that had none: whoever joins an organisation soon after a letter is still sent it.
-- Takes now (moment) and since (date: older letters stay as they are). Gives how many notices are sent by it.
WITH found AS MATERIALIZED (
    -- include: notices_with_address
),
own AS (
    -- Two notices of one letter may find the same address, at two organisations.
    SELECT DISTINCT ON (letter_id, address) * FROM found ORDER BY letter_id, address, place, id
),
changed AS (
    UPDATE notice n
    SET address = own.address, language = own.language, state = 'waiting', next_try_at = CAST(:now AS timestamptz)
    FROM own
    WHERE n.id = own.id AND own.place = 1 AND n.state = 'unaddressed'
    RETURNING n.id
),
added AS (
    INSERT INTO notice (
        kind, channel, letter_id, organisation_id, role, address, language, is_for_information, state, next_try_at
    )
    SELECT kind, 'mail', letter_id, organisation_id, role, address, language, is_for_information, 'waiting', :now
    FROM own
    WHERE place > 1
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM changed) + (SELECT count(*) FROM added) AS notices
