-- Roads by reference, else by alias. Takes refs (text[], folded). Gives reference and road_id.
SELECT DISTINCT ON (reference) reference, road_id
FROM (
    SELECT reference, id AS road_id, 1 AS choice FROM road WHERE reference = ANY (CAST(:refs AS text[]))
    UNION ALL
    SELECT reference, road_id, 2 FROM road_alias WHERE reference = ANY (CAST(:refs AS text[]))
) AS known
ORDER BY reference, choice, road_id
