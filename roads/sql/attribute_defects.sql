-- Attributes the defects placed on some carriageways; closes and adds only the answers that changed.
-- Takes carriageway_ids (int[]), off_network (also defects that lie on no carriageway) and rule_version (int).
-- Gives how many answers were closed and how many added. Unchanged data: no write.
WITH known AS (
    SELECT
        ctid AS stored, defect_id, coalesce(carriageway_id, 0) AS place_key, carriageway_id,
        coalesce(from_cm, 0) AS from_key, from_cm, to_cm, source_id, contract_id, decided_on, rule_version, outcome,
        reason, likely_outcome
    FROM attribution
    WHERE replaced_at = 'infinity' AND (
        carriageway_id = ANY (CAST(:carriageway_ids AS integer[]))
        OR (CAST(:off_network AS boolean) AND carriageway_id IS NULL)
    )
),
compared AS MATERIALIZED (
    SELECT
        k.stored, f.defect_id, f.carriageway_id, f.from_cm, f.to_cm, f.source_id, f.contract_id, f.decided_on,
        f.rule_version, f.outcome, f.reason, f.likely_outcome
    FROM (
        -- include: answer_places
    ) AS f
    FULL JOIN known k ON k.defect_id = f.defect_id AND k.place_key = f.place_key AND k.from_key = f.from_key
    WHERE (f.to_cm, f.source_id, f.contract_id, f.decided_on, f.rule_version, f.outcome, f.reason, f.likely_outcome)
        IS DISTINCT FROM
        (k.to_cm, k.source_id, k.contract_id, k.decided_on, k.rule_version, k.outcome, k.reason, k.likely_outcome)
),
closed AS (
    UPDATE attribution
    SET replaced_at = clock_timestamp()
    WHERE ctid = ANY (ARRAY(SELECT stored FROM compared WHERE stored IS NOT NULL))
    RETURNING 1
),
added AS (
    INSERT INTO attribution (
        defect_id, carriageway_id, from_cm, to_cm, source_id, contract_id, decided_on, rule_version, outcome, reason,
        likely_outcome, recorded_at
    )
    SELECT
        defect_id, carriageway_id, from_cm, to_cm, source_id, contract_id, decided_on, rule_version, outcome, reason,
        likely_outcome, (SELECT clock_timestamp())
    FROM compared
    -- Reading `closed` first makes it run first: the unique index admits one current answer for a place.
    WHERE defect_id IS NOT NULL AND (SELECT count(*) FROM closed) >= 0
    RETURNING 1
)
SELECT (SELECT count(*) FROM closed) AS closed, (SELECT count(*) FROM added) AS added
