-- What anybody may check of a letter whose code they hold. Takes code.
SELECT * FROM public_letter WHERE code = CAST(:code AS text)
