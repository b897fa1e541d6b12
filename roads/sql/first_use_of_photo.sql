-- The first use of a photo as proof of a repair of another line, be it somebody else's. Takes photo_id, line_id (int).
SELECT claim_number, line_number, used_on, road, from_cm
FROM first_use_of_photo(CAST(:photo_id AS integer), CAST(:line_id AS integer))
