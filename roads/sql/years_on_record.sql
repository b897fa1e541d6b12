-- The first year in which somebody answered or a defect was found, and the year of the last edition.
SELECT
    CAST(extract(year FROM least(
        (SELECT min(lower(period)) FROM answer_stretch), (SELECT min(detected_on) FROM defect_status), max(made_on)
    )) AS integer) AS first,
    CAST(extract(year FROM max(made_on)) AS integer) AS last
FROM map_edition
