-- New metres for each old metre in a piece `m` of the temporary table `mapping`.
CAST(upper(m.new_extent) - lower(m.new_extent) AS float8) / (upper(m.old_extent) - lower(m.old_extent)) AS scale
