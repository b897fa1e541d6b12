-- Lines that may be in the file more than once, as digests of their keys.
SELECT hashtextextended(geometry_key, 0) AS digest
FROM staged_feature
GROUP BY digest
HAVING count(*) > 1
