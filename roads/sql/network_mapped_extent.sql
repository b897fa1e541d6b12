-- Where a stretch `part` inside the old extent of a piece `m` of the temporary table `mapping` lies on the new measurement.
CASE
    WHEN m.is_reversed THEN int4range(
        upper(m.new_extent) - CAST(round((upper(part) - lower(m.old_extent)) * scale) AS integer),
        upper(m.new_extent) - CAST(round((lower(part) - lower(m.old_extent)) * scale) AS integer)
    )
    ELSE int4range(
        lower(m.new_extent) + CAST(round((lower(part) - lower(m.old_extent)) * scale) AS integer),
        lower(m.new_extent) + CAST(round((upper(part) - lower(m.old_extent)) * scale) AS integer)
    )
END
