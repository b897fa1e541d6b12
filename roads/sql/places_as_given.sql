-- Places of a defect that is not on record yet. Takes of each place carriageway_ids, from_cms, to_cms (int[]) and
-- confidences (text[]), of all of them element, covered_on and accuracy_cm.
SELECT
    0 AS defect_id, carriageway_id, CAST(:element AS text) AS element, from_cm, to_cm,
    CAST(:covered_on AS date) AS covered_on, CAST(:accuracy_cm AS integer) AS accuracy_cm, confidence
FROM unnest(
    CAST(:carriageway_ids AS integer[]), CAST(:from_cms AS integer[]), CAST(:to_cms AS integer[]),
    CAST(:confidences AS text[])
) AS place (carriageway_id, from_cm, to_cm, confidence)
