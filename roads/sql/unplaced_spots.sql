-- Defects that have no place yet, with their ends: lines of CSV in one word, because a row for each of a million takes
-- longer to hand over than to find. Takes defect_ids (int[]) and snap_m. Of a point, the second end is empty. Where a
-- carriageway was chosen there is something to weigh: left out.
SELECT
    string_agg(
        concat(
            d.id, ',', ST_X(first), ',', ST_Y(first), ',', ST_X(last), ',', ST_Y(last), ',',
            least(greatest(CAST(:snap_m AS float8), d.gps_accuracy_m), 100), ',',
            CASE WHEN d.settled_on IS NULL THEN CAST(round(least(coalesce(d.gps_accuracy_m, 0), 100000) * 100) AS integer) ELSE 0 END, ',', d.covered_on, ',', d.element
        ),
        E'\n'
    )
FROM defect d
CROSS JOIN LATERAL (SELECT coalesce(ST_StartPoint(d.geom), d.geom) AS first, ST_EndPoint(d.geom) AS last) AS ends
WHERE d.id = ANY (CAST(:defect_ids AS integer[])) AND d.chosen_carriageway_ids IS NULL
    AND NOT EXISTS (SELECT FROM placement p WHERE p.defect_id = d.id AND p.replaced_at = 'infinity')
