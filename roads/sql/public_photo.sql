-- The contents of the public copies of a photo that is evidence of something public. Takes full_hash (text).
SELECT full_hash, small_hash FROM public_photo WHERE full_hash = CAST(:full_hash AS text) LIMIT 1
