-- Ids that may stand in the file more than once: digests of them, which are compared many times faster than the words.
SELECT hashtextextended(base_id, 0) AS digest
FROM staged_feature
GROUP BY digest
HAVING min(row) <> max(row)
