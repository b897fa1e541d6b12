-- Who answers for the parts of a defect on record, as stored. Takes defect_id.
SELECT carriageway_id, from_cm, to_cm, decided_on, outcome, reason, likely_outcome
FROM standing_answer
WHERE defect_id = CAST(:defect_id AS integer)
ORDER BY carriageway_id, from_cm
