-- Where one defect lay as known at a moment ('infinity' is now). Takes defect_id and known_at.
SELECT defect_id, carriageway_id, element, from_cm, to_cm, covered_on, accuracy_cm, confidence
FROM placement
WHERE defect_id = CAST(:defect_id AS integer) AND recorded_at <= CAST(:known_at AS timestamptz)
    AND (replaced_at > CAST(:known_at AS timestamptz) OR replaced_at = 'infinity')
