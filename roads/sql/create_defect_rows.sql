-- Where rows of a defects file stand, a chunk at a time, until they are stored: gone when the connection ends.
CREATE TEMPORARY TABLE IF NOT EXISTS defect_rows (
    n integer, is_storable boolean, chosen_carriageway_ids integer[], external_id text, lon float8, lat float8,
    lon_to float8, lat_to float8, gps_accuracy_m float8, chosen_source_id text, detected_on date, occurred_on date,
    reported_at timestamptz, element text, distress text, severity text, severity_rule text, stated_severity text,
    length_m float8, width_m float8, depth_mm float8, count integer, note text
) ON COMMIT DELETE ROWS
