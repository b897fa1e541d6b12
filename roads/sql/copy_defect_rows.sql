-- Takes the rows themselves, in this order of columns.
COPY defect_rows (
    n, is_storable, chosen_carriageway_ids, external_id, lon, lat, lon_to, lat_to, gps_accuracy_m, chosen_source_id,
    detected_on, occurred_on, reported_at, element, distress, severity, severity_rule, stated_severity, length_m,
    width_m, depth_mm, count, note
) FROM STDIN
