-- The carriageways in use that files call by these ids. Takes source_ids (text[]).
-- The unique index begins with the source, so each source is asked for each id; there are few sources. An id that no
-- source has may stand for the parts of a multiline (`id#1`, `id#2`): only for those the whole table is read.
WITH RECURSIVE source AS (
    (SELECT source FROM carriageway WHERE retired_at IS NULL ORDER BY source LIMIT 1)
    UNION ALL
    SELECT (
        SELECT w.source FROM carriageway w WHERE w.retired_at IS NULL AND w.source > s.source ORDER BY w.source LIMIT 1
    )
    FROM source s
    WHERE s.source IS NOT NULL
),
asked AS MATERIALIZED (
    SELECT DISTINCT source_id FROM unnest(CAST(:source_ids AS text[])) AS source_id
),
exact AS MATERIALIZED (
    SELECT a.source_id AS asked_for, w.id
    FROM asked a
    CROSS JOIN source s
    JOIN carriageway w ON w.source = s.source AND w.source_id = a.source_id AND w.retired_at IS NULL
),
missing AS MATERIALIZED (
    SELECT source_id FROM asked WHERE source_id NOT IN (SELECT asked_for FROM exact)
),
found AS (
    SELECT asked_for, id, false AS is_part FROM exact
    UNION ALL
    SELECT m.source_id, w.id, true
    FROM carriageway w
    JOIN missing m ON m.source_id = regexp_replace(w.source_id, '#[0-9]+$', '')
    WHERE w.retired_at IS NULL AND EXISTS (SELECT FROM missing) AND w.source_id LIKE '%#%'
)
SELECT
    f.asked_for, f.is_part, w.id, w.direction, w.chain_id, lower(w.extent) AS from_cm, upper(w.extent) AS to_cm
FROM found f
JOIN carriageway w ON w.id = f.id
ORDER BY f.asked_for, w.id
