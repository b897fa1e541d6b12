-- Letters that are documents and have none yet in a language of theirs. Takes documents (text[]: the kinds), fallback (the
-- language where nobody is known to read it), first and last (ids of letters) and most.
SELECT w.letter_id, w.language
FROM (
    SELECT DISTINCT n.letter_id, coalesce(n.language, CAST(:fallback AS text)) AS language
    FROM notice n
    JOIN letter l ON l.id = n.letter_id
    WHERE l.kind = ANY (CAST(:documents AS text[])) AND n.channel = 'mail'
        AND n.letter_id BETWEEN CAST(:first AS integer) AND CAST(:last AS integer)
) AS w
WHERE NOT EXISTS (SELECT FROM letter_document d WHERE d.letter_id = w.letter_id AND d.language = w.language)
ORDER BY w.letter_id, w.language
LIMIT CAST(:most AS integer)
