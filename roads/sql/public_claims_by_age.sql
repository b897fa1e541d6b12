-- How many claimed lines are still open, by the days since their claim was issued. Takes today.
SELECT b.from_days, b.to_days, count(l.id) AS lines, count(l.id) FILTER (WHERE l.rectify_by < CAST(:today AS date)) AS overdue
FROM (VALUES (0, 14), (15, 30), (31, 90), (91, 180), (181, NULL)) AS b (from_days, to_days)
LEFT JOIN (
    SELECT l.id, l.rectify_by, CAST(:today AS date) - m.issued_on AS age
    FROM public_claim_line l
    JOIN public_claim m ON m.id = l.claim_id
    WHERE l.state IN ('issued', 'accepted', 'disputed', 'repaired', 'in_court')
) AS l ON l.age BETWEEN b.from_days AND coalesce(b.to_days, l.age)
GROUP BY b.from_days, b.to_days
ORDER BY b.from_days
