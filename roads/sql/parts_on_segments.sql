-- Parts of defects, as answered for now, that lie on segments. Takes segment_ids (int[]).
-- Parts and segments are spread over the kilometres they touch, so that they meet in a hash on (carriageway, kilometre)
-- with the ranges checked after.
WITH place AS MATERIALIZED (
    SELECT id, carriageway_id, lower(extent) AS from_cm, upper(extent) AS to_cm
    FROM segment
    WHERE id = ANY (CAST(:segment_ids AS integer[]))
),
part AS MATERIALIZED (
    SELECT
        a.defect_id, a.carriageway_id, a.from_cm, a.to_cm, a.contract_id, a.outcome, a.from_cm / 100000 AS first_km,
        (a.to_cm - 1) / 100000 AS last_km
    FROM attribution a
    WHERE a.carriageway_id = ANY (ARRAY(SELECT DISTINCT carriageway_id FROM place)) AND a.replaced_at = 'infinity'
)
SELECT s.id, p.defect_id, p.carriageway_id, p.from_cm, p.to_cm, p.contract_id, p.outcome
FROM (
    SELECT place.*, km FROM place, generate_series(from_cm / 100000, (to_cm - 1) / 100000) AS km
    -- Always true, here and below: lets the planner reckon with a few kilometres a row instead of a thousand.
    WHERE km % 1 = 0
) AS s
JOIN (SELECT part.*, km FROM part, generate_series(first_km, last_km) AS km WHERE km % 1 = 0) AS p
    ON p.carriageway_id = s.carriageway_id AND p.km = s.km AND p.from_cm < s.to_cm AND p.to_cm > s.from_cm
    -- Where both touch several kilometres they would meet in each: the first one counts.
    AND p.km = greatest(p.first_km, s.from_cm / 100000)
