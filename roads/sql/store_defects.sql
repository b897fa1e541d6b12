-- Stores defects of one source that are not on record yet; gives of each that is: its number and the columns that differ.
-- Takes source (text); the rows stand in defect_rows. What is on record is never overwritten. is_storable says whether a
-- defect may be new: one that names a carriageway which is no more may be known, but not new.
WITH given AS MATERIALIZED (
    SELECT
        n, is_storable, external_id, chosen_source_id, chosen_carriageway_ids,
        CASE WHEN lon_to IS NULL THEN ST_Point(lon, lat, 4326)
        ELSE ST_MakeLine(ST_Point(lon, lat, 4326), ST_Point(lon_to, lat_to, 4326)) END AS geom,
        gps_accuracy_m, detected_on, occurred_on, reported_at, element, distress, severity, severity_rule,
        stated_severity, length_m, width_m, depth_mm, count, note
    FROM defect_rows
),
known AS MATERIALIZED (
    SELECT
        g.n,
        array_remove(ARRAY[
            CASE WHEN NOT d.geom = g.geom THEN 'lon' END,
            CASE WHEN d.gps_accuracy_m IS DISTINCT FROM g.gps_accuracy_m THEN 'gps_accuracy_m' END,
            CASE WHEN d.chosen_source_id IS DISTINCT FROM g.chosen_source_id THEN 'source_id' END,
            CASE WHEN d.detected_on IS DISTINCT FROM g.detected_on THEN 'detected_on' END,
            CASE WHEN d.occurred_on IS DISTINCT FROM g.occurred_on THEN 'occurred_on' END,
            CASE WHEN d.reported_at IS DISTINCT FROM g.reported_at THEN 'reported_at' END,
            CASE WHEN d.element IS DISTINCT FROM g.element THEN 'element' END,
            CASE WHEN d.distress IS DISTINCT FROM g.distress THEN 'distress' END,
            CASE WHEN d.stated_severity IS DISTINCT FROM g.stated_severity THEN 'severity' END,
            CASE WHEN d.length_m IS DISTINCT FROM g.length_m THEN 'length_m' END,
            CASE WHEN d.width_m IS DISTINCT FROM g.width_m THEN 'width_m' END,
            CASE WHEN d.depth_mm IS DISTINCT FROM g.depth_mm THEN 'depth_mm' END,
            CASE WHEN d.count IS DISTINCT FROM g.count THEN 'count' END,
            CASE WHEN d.note IS DISTINCT FROM g.note THEN 'note' END
        ], NULL) AS differing
    FROM given g
    JOIN defect d ON d.source = CAST(:source AS text) AND d.external_id = g.external_id
),
added AS (
    INSERT INTO defect (
        source, external_id, geom, gps_accuracy_m, chosen_source_id, chosen_carriageway_ids, detected_on, occurred_on,
        reported_at, element, distress, severity, severity_rule, stated_severity, length_m, width_m, depth_mm, count, note
    )
    SELECT
        CAST(:source AS text), external_id, geom, gps_accuracy_m, chosen_source_id, chosen_carriageway_ids,
        detected_on, occurred_on, reported_at, element, distress, severity, severity_rule, stated_severity, length_m,
        width_m, depth_mm, count, note
    FROM given
    WHERE is_storable AND n NOT IN (SELECT n FROM known)
)
SELECT n, differing FROM known ORDER BY n
