-- Current places on some carriageways, and off the network if so asked. Takes carriageway_ids (int[]), off_network.
SELECT defect_id, carriageway_id, element, from_cm, to_cm, covered_on, accuracy_cm, confidence
FROM placement
WHERE replaced_at = 'infinity' AND (
    carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))
    OR (CAST(:off_network AS boolean) AND carriageway_id IS NULL)
)
