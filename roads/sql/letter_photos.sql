-- Photos that go with a letter: of repairs with an act of verification, of defects with any other. Takes letter_id (int)
-- and most (int). Gives the line's number and the hash of the small copy, which carries nothing but the picture, masked as
-- it is now. In order of line, the newest of each first.
SELECT c.number, c.small_hash
FROM (
    SELECT
        n.number, p.small_hash, u.id,
        row_number() OVER (PARTITION BY n.id ORDER BY u.used_on DESC, u.id DESC) AS place
    FROM letter l
    JOIN (SELECT DISTINCT letter_id, line_id FROM letter_cause) AS cause ON cause.letter_id = l.id
    JOIN claim_line n ON n.id = cause.line_id
    JOIN photo_use u
        ON CASE WHEN l.kind = 'repair_verified' THEN u.repair_id = n.verified_repair_id ELSE u.defect_id = n.defect_id END
    JOIN photo p ON p.id = u.photo_id AND p.small_hash IS NOT NULL
    WHERE l.id = CAST(:letter_id AS integer)
) AS c
ORDER BY c.place, c.number, c.id
LIMIT CAST(:most AS integer)
