-- The first use, as proof of a repair of another line, be it somebody else's, of a photo that looks like this one: at
-- most most_bits of 64 differ between the whole of either and the whole or a window of the other. Takes photo_id (int),
-- line_id (int), sought_keys (int[]), most_bits (int).
SELECT claim_number, line_number, used_on, road, from_cm
FROM first_use_of_look(
    CAST(:photo_id AS integer), CAST(:line_id AS integer), CAST(:sought_keys AS integer[]), CAST(:most_bits AS integer)
)
