-- Whether the days since the last edition have put anything that maps show into another class, without any write: an
-- answer that began or ended, a warranty or a defect that crossed a limit of days, a planned repair whose day has passed.
-- Takes on (date). No row where there is no edition yet.
SELECT
    EXISTS (
        SELECT
        FROM answer_stretch a
        WHERE lower(a.period) > e.made_on AND lower(a.period) <= CAST(:on AS date)
            OR upper(a.period) > e.made_on AND upper(a.period) <= CAST(:on AS date)
            OR a.kind = 'warranty' AND EXISTS (
                SELECT
                FROM unnest(ARRAY[90, 365, 1095]) AS days
                WHERE a.ends_on - days > e.made_on AND a.ends_on - days <= CAST(:on AS date)
            )
    )
    OR EXISTS (
        SELECT
        FROM defect_status d
        WHERE d.state NOT IN ('verified', 'closed')
            AND (
                d.planned_on >= e.made_on AND d.planned_on < CAST(:on AS date)
                OR EXISTS (
                    SELECT
                    FROM unnest(ARRAY[30, 90, 365]) AS days
                    WHERE d.detected_on + days >= e.made_on AND d.detected_on + days < CAST(:on AS date)
                )
            )
    ) AS is_so
FROM (SELECT max(made_on) AS made_on FROM map_edition) AS e
WHERE e.made_on < CAST(:on AS date)
