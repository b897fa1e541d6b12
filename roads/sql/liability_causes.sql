-- Everything that makes somebody answer for a stretch of road on some days, each with what decides its strength.
-- Takes carriageway_ids (int[]) and known_at (a moment; 'infinity' is now).
-- The order is the law of the product (domain, section 4): carve-outs, then warranties by latest accepted (of two
-- accepted on one day a known term before an unknown one, then the later end, then the lower number), then works under
-- way by latest signed, then what has ended by latest end. `first_by` and `then_by` are those dates.
SELECT
    carriageway_id, element, extent, period, 'carve_out' AS kind, id AS source_id, CAST(NULL AS integer) AS contract_id,
    1 AS strength, lower(period) AS first_by, CAST(NULL AS date) AS then_by, '' COLLATE "C" AS number,
    CAST(NULL AS date) AS ends_on
FROM carve_out, unnest(elements) AS element
WHERE carriageway_id = ANY (CAST(:carriageway_ids AS integer[])) AND recorded @> CAST(:known_at AS timestamptz)
UNION ALL
SELECT
    w.carriageway_id, w.element, w.extent, cause.period, cause.kind, w.id, w.contract_id, cause.strength, cause.first_by,
    cause.then_by, c.number, w.ends_on
FROM warranty w
JOIN contract c ON c.id = w.contract_id
CROSS JOIN LATERAL (
    VALUES
        (
            w.period, CASE w.term_state WHEN 'known' THEN 'warranty' ELSE 'term_unknown' END, 2, w.accepted_on,
            CASE w.term_state WHEN 'known' THEN w.ends_on END
        ),
        (
            CASE w.term_state WHEN 'known' THEN w.in_force * daterange(w.ends_on, NULL, '()') ELSE 'empty' END, 'expired',
            4, w.ends_on, w.accepted_on
        )
) AS cause (period, kind, strength, first_by, then_by)
WHERE w.carriageway_id = ANY (CAST(:carriageway_ids AS integer[])) AND w.recorded @> CAST(:known_at AS timestamptz)
    AND NOT isempty(cause.period)
UNION ALL
SELECT
    carriageway_id, element, extent, period, 'works', id, contract_id, 3, signed_on, NULL, '', NULL
FROM works
WHERE carriageway_id = ANY (CAST(:carriageway_ids AS integer[])) AND recorded @> CAST(:known_at AS timestamptz)
