-- Where a defect on record lies now, part by part. Takes defect_id.
SELECT
    defect_id, part, carriageway_id, from_cm, to_cm, offset_cm, distance_cm, accuracy_cm, covered_on, element, confidence
FROM placement
WHERE defect_id = CAST(:defect_id AS integer) AND replaced_at = 'infinity'
ORDER BY part
