-- Carriageways on which a warranty or works row was added or closed since a moment. Takes since (timestamptz).
SELECT carriageway_id FROM warranty
WHERE lower(recorded) >= CAST(:since AS timestamptz) OR upper(recorded) >= CAST(:since AS timestamptz)
UNION
SELECT carriageway_id FROM works
WHERE lower(recorded) >= CAST(:since AS timestamptz) OR upper(recorded) >= CAST(:since AS timestamptz)
ORDER BY 1
