-- Attributes the defects placed on some carriageways where no answer stands yet: nothing to compare, nothing to close.
-- Takes carriageway_ids (int[]), off_network (also defects that lie on no carriageway) and rule_version (int).
INSERT INTO attribution (
    defect_id, carriageway_id, from_cm, to_cm, source_id, contract_id, decided_on, rule_version, outcome, reason,
    likely_outcome, recorded_at
)
SELECT
    defect_id, carriageway_id, from_cm, to_cm, source_id, contract_id, decided_on, rule_version, outcome, reason,
    likely_outcome, (SELECT clock_timestamp())
FROM (
    -- include: answer_places
) AS fresh
