-- Records that are not what their last entry left: gone, other, or there without an entry. In the order of entries.
-- `told` is the record's text in its last entry, NULL where it came in a chunk, of which only a digest is kept.
WITH said AS (
    SELECT DISTINCT ON (subject, record) subject, record, entry_id, told, digest
    FROM (
        SELECT
            subject, record, id AS entry_id, CAST(CAST(text AS json) -> 'after' AS text) AS told,
            sha256(convert_to(CAST(CAST(text AS json) -> 'after' AS text), 'UTF8')) AS digest
        FROM ledger_entry
        WHERE record IS NOT NULL
        UNION ALL
        SELECT e.subject, row.record, e.id, NULL, substr(e.digests, CAST(row.n AS integer) * 32 - 31, 32)
        FROM ledger_entry e
        CROSS JOIN LATERAL unnest(e.records) WITH ORDINALITY AS row (record, n)
        WHERE e.record IS NULL
    ) AS entries
    ORDER BY subject, record, entry_id DESC
),
live AS (
    SELECT subject, record, text, is_forgotten, sha256(convert_to(text, 'UTF8')) AS digest FROM ledger_live
)
SELECT
    subject, record, said.entry_id, said.told, live.text AS live, coalesce(live.is_forgotten, false) AS is_forgotten,
    leaf.n AS number
FROM said
FULL JOIN live USING (subject, record)
LEFT JOIN ledger_leaf leaf ON leaf.entry_id = said.entry_id
WHERE said.digest IS DISTINCT FROM live.digest
ORDER BY said.entry_id, subject, record
