-- The organisation with this BIN, if it has somebody who may verify repairs. Takes bin (text).
SELECT id FROM verifying_organisation WHERE bin = CAST(:bin AS text)
