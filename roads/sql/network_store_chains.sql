-- Gives staged carriageways the direction and chainage that their chain gives them (temporary table `chained`).
UPDATE staged_change s
SET
    direction = c.direction, at_m = c.at_m, is_falling = c.is_falling, measured_by = c.measured_by,
    knots_at_m = c.knots_at_m, knots_m = c.knots_m
FROM chained c
WHERE c.n = s.n
