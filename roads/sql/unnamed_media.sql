-- Which of some contents no photo names, as its original or as a public copy. Takes hashes (text[]).
SELECT h
FROM unnest(CAST(:hashes AS text[])) AS h
WHERE NOT EXISTS (SELECT FROM photo WHERE content_hash = h)
    AND NOT EXISTS (SELECT FROM photo WHERE full_hash = h)
    AND NOT EXISTS (SELECT FROM photo WHERE small_hash = h)
