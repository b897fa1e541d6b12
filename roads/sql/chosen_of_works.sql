-- Of the codes chosen.
AND (CAST(:works AS text[]) IS NULL OR p.works = ANY (CAST(:works AS text[])))
