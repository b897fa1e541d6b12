-- Of the codes chosen.
AND (CAST(:outcome AS text[]) IS NULL OR p.outcome = ANY (CAST(:outcome AS text[])))
