-- Places defects and keeps the places: an old place is closed, never overwritten. Takes defect_ids (int[]) and snap_m.
-- Gives the carriageways on which a place came or went, so that their answers are given anew.
WITH found AS MATERIALIZED (
    SELECT
        f.defect_id, f.part, f.carriageway_id, f.from_cm, f.to_cm, f.offset_cm, f.distance_cm, f.confidence,
        -- Whoever settled a place vouches for it: what the device was sure of says nothing more.
        CASE
            WHEN d.settled_on IS NULL THEN CAST(round(least(coalesce(d.gps_accuracy_m, 0), 100000) * 100) AS integer)
            ELSE 0
        END AS accuracy_cm, d.covered_on, d.element
    FROM (
        -- include: place_defects
    ) AS f
    JOIN defect d ON d.id = f.defect_id
),
known AS MATERIALIZED (
    SELECT ctid AS stored, *
    FROM placement
    WHERE defect_id = ANY (CAST(:defect_ids AS integer[])) AND replaced_at = 'infinity'
),
compared AS MATERIALIZED (
    SELECT
        k.stored, k.carriageway_id AS old_carriageway_id, f.*
    FROM found f
    FULL JOIN known k ON k.defect_id = f.defect_id AND k.part = f.part
    WHERE (f.carriageway_id, f.from_cm, f.to_cm, f.offset_cm, f.confidence, f.accuracy_cm, f.covered_on, f.element)
        IS DISTINCT FROM
        (k.carriageway_id, k.from_cm, k.to_cm, k.offset_cm, k.confidence, k.accuracy_cm, k.covered_on, k.element)
),
closed AS (
    UPDATE placement
    SET replaced_at = clock_timestamp()
    WHERE ctid = ANY (ARRAY(SELECT stored FROM compared WHERE stored IS NOT NULL))
    RETURNING 1
),
added AS (
    INSERT INTO placement (
        defect_id, part, carriageway_id, from_cm, to_cm, offset_cm, distance_cm, accuracy_cm, covered_on, element,
        confidence, recorded_at
    )
    SELECT
        defect_id, part, carriageway_id, from_cm, to_cm, offset_cm, distance_cm, accuracy_cm, covered_on, element,
        confidence, clock_timestamp()
    FROM compared
    -- Reading `closed` first makes it run first: the unique index admits one current place for a part.
    WHERE defect_id IS NOT NULL AND (SELECT count(*) FROM closed) >= 0
    ORDER BY carriageway_id, from_cm
    RETURNING carriageway_id
)
SELECT carriageway_id FROM added
UNION
SELECT old_carriageway_id FROM compared WHERE stored IS NOT NULL
