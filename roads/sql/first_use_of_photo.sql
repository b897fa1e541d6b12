-- Where a photo was used first, be it by somebody else, whose claim the asker does not see. Takes content_hash (text).
SELECT media, claim_number, line_number, road, from_cm FROM first_use_of_photo(CAST(:content_hash AS text))
