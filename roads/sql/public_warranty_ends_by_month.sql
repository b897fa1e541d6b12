-- Of how much pavement (centimetres) the warranty ends in each of the coming months, this one first. Takes today and months.
SELECT
    CAST(month.first AS date) AS first_day, coalesce(sum(upper(l.extent) - lower(l.extent)), 0) AS cm,
    count(DISTINCT l.contract_id) AS contracts
FROM generate_series(
    date_trunc('month', CAST(:today AS timestamp)),
    date_trunc('month', CAST(:today AS timestamp)) + make_interval(months => CAST(:months AS integer) - 1), interval '1 month'
) AS month (first)
LEFT JOIN liability l
    ON l.kind = 'warranty' AND l.element = 'pavement' AND l.period @> CAST(:today AS date)
    AND upper(l.period) - 1 >= CAST(month.first AS date)
    AND upper(l.period) - 1 < CAST(month.first + interval '1 month' AS date)
GROUP BY month.first
ORDER BY month.first
