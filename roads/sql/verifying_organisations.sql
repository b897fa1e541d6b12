-- Organisations that have somebody who may verify repairs, by name. Takes nothing.
SELECT id, bin, name FROM verifying_organisation ORDER BY name COLLATE "kk-x-icu", id
