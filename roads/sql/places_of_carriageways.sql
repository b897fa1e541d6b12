-- Current places on some carriageways, and off the network if so asked. Takes carriageway_ids (int[]), off_network.
SELECT defect_id, carriageway_id, element, from_cm, to_cm, covered_on, accuracy_cm, confidence
FROM placement
WHERE carriageway_id = ANY (CAST(:carriageway_ids AS integer[])) AND replaced_at = 'infinity'
UNION ALL
SELECT defect_id, carriageway_id, element, from_cm, to_cm, covered_on, accuracy_cm, confidence
FROM placement
WHERE CAST(:off_network AS boolean) AND carriageway_id IS NULL AND replaced_at = 'infinity'
