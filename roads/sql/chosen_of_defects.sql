-- Of the codes chosen.
AND (CAST(:severity AS text[]) IS NULL OR p.severity = ANY (CAST(:severity AS text[])))
AND (CAST(:age AS text[]) IS NULL OR p.age = ANY (CAST(:age AS text[])))
AND (CAST(:distress AS text[]) IS NULL OR p.distress = ANY (CAST(:distress AS text[])))
