-- Where spots lie on the network: the nearest carriageway within reach wins. Takes known_at (a moment; 'infinity' is now)
-- and what the spots take. Gives each spot with carriageway_id (empty: nothing within reach), m, at_cm, distance_cm,
-- offset_cm (+ to the right of growing chainage) and is_ambiguous.
--
-- Feet and distances are found in a plane of metres with the spot at its origin (in degrees they err by metres), while
-- the segments' boxes are searched in degrees, so that the index serves. A second place nearly as near makes the place
-- ambiguous: another carriageway, unless one was chosen, or the same one more than 50 m of chainage away.
WITH spot AS MATERIALIZED (
    -- include: spots_of_defects
),
near AS MATERIALIZED (
    -- include: segments_near_spots
),
measured AS MATERIALIZED (
    SELECT
        n.defect_id, n.side, n.reach_m, greatest(n.accuracy_m, 5) AS tolerance_m, n.chosen_carriageway_ids,
        n.carriageway_id, n.extent, n.is_folded, n.line, at.foot_x, at.foot_y,
        sqrt(at.foot_x * at.foot_x + at.foot_y * at.foot_y) AS distance_m,
        ST_InterpolatePoint(n.line, ST_Point(0, 0, 4326)) AS m
    FROM near n
    CROSS JOIN LATERAL (
        SELECT ST_X(foot) AS foot_x, ST_Y(foot) AS foot_y
        FROM (SELECT ST_ClosestPoint(n.line, ST_Point(0, 0, 4326)) AS foot OFFSET 0) AS found
        OFFSET 0 -- so that the foot is found once, not wherever it is named
    ) AS at
),
ranked AS MATERIALIZED (
    SELECT
        measured.*,
        row_number() OVER nearest AS place,
        first_value(carriageway_id) OVER nearest AS best_carriageway_id,
        first_value(distance_m) OVER nearest AS best_distance_m,
        first_value(m) OVER nearest AS best_m
    FROM measured
    WHERE distance_m <= reach_m
    WINDOW nearest AS (PARTITION BY defect_id, side ORDER BY distance_m, carriageway_id, m, lower(extent))
),
rival AS MATERIALIZED (
    SELECT r.defect_id, r.side
    FROM ranked r
    JOIN carriageway w ON w.id = r.carriageway_id
    WHERE r.place > 1 AND r.distance_m < r.best_distance_m + r.tolerance_m
        AND CASE
            WHEN r.carriageway_id <> r.best_carriageway_id THEN r.chosen_carriageway_ids IS NULL
            -- A foot where the segment goes on in the next one is the same leg, not another one.
            ELSE abs(r.m - r.best_m) > 50
                AND (r.m > lower(r.extent) / 100.0 + 0.01 OR lower(r.extent) = lower(w.extent))
                AND (r.m < upper(r.extent) / 100.0 - 0.01 OR upper(r.extent) = upper(w.extent))
        END
    UNION
    -- A second leg inside the best segment itself: nearer than where the cut-out of 50 m to both sides begins.
    SELECT r.defect_id, r.side
    FROM ranked r
    CROSS JOIN LATERAL (
        SELECT
            -- Asked for a range upside down, ST_LocateBetween turns it round and gives the end of the segment.
            CASE WHEN r.m - 50 > lower(r.extent) / 100.0
                THEN ST_LocateBetween(r.line, lower(r.extent) / 100.0, r.m - 50) END AS before,
            CASE WHEN r.m + 50 < upper(r.extent) / 100.0
                THEN ST_LocateBetween(r.line, r.m + 50, upper(r.extent) / 100.0) END AS beyond
        OFFSET 0 -- here and below: worked out once, not wherever it is named
    ) AS cut
    CROSS JOIN LATERAL (
        SELECT
            least(ST_Distance(cut.before, ST_Point(0, 0, 4326)), ST_Distance(cut.beyond, ST_Point(0, 0, 4326))) AS leg_m,
            least(
                ST_Distance(ST_LocateAlong(r.line, r.m - 50), ST_Point(0, 0, 4326)),
                ST_Distance(ST_LocateAlong(r.line, r.m + 50), ST_Point(0, 0, 4326))
            ) AS cut_m
        OFFSET 0
    ) AS leg
    WHERE r.place = 1 AND r.is_folded AND leg.leg_m < r.distance_m + r.tolerance_m AND leg.leg_m <= r.reach_m
        AND leg.leg_m < coalesce(leg.cut_m, 'infinity') - 0.01
)
SELECT
    p.defect_id, p.side, p.is_point, p.lon, p.lat, p.lon_m, p.lat_m, r.carriageway_id, r.m,
    CASE WHEN r.carriageway_id IS NOT NULL THEN rival.defect_id IS NOT NULL END AS is_ambiguous,
    least(greatest(CAST(round(r.m * 100) AS integer), lower(w.extent)), upper(w.extent) - 1) AS at_cm,
    CAST(round(r.distance_m * 100) AS integer) AS distance_cm,
    CAST(round(r.distance_m * 100) AS integer) * CAST(
        CASE
            WHEN step.lean <> 0 THEN sign(step.lean)
            -- Outside a bend the foot stays on the corner wherever one steps: there the piece around it tells the side.
            ELSE coalesce(
                (
                    SELECT
                        sign(
                            (ST_X(ST_EndPoint(piece)) - ST_X(ST_StartPoint(piece))) * ST_Y(ST_StartPoint(piece))
                            - (ST_Y(ST_EndPoint(piece)) - ST_Y(ST_StartPoint(piece))) * ST_X(ST_StartPoint(piece))
                        ) * sign(ST_M(ST_EndPoint(piece)) - ST_M(ST_StartPoint(piece)))
                    FROM (SELECT ST_GeometryN(ST_LocateBetween(r.line, r.m - 0.5, r.m + 0.5), 1) AS piece) AS around
                    WHERE ST_GeometryType(piece) = 'ST_LineString'
                ),
                1
            )
        END AS integer
    ) AS offset_cm
FROM spot p
LEFT JOIN ranked r ON r.defect_id = p.defect_id AND r.side = p.side AND r.place = 1
LEFT JOIN rival ON rival.defect_id = p.defect_id AND rival.side = p.side
LEFT JOIN carriageway w ON w.id = r.carriageway_id
CROSS JOIN LATERAL (
    -- A step of 0.1 m to the left of the way from the spot to its foot: where chainage grows by it, the way crosses the
    -- line from the left, so the spot lies left of it.
    SELECT
        CASE
            WHEN r.distance_m < 0.005 THEN 0
            ELSE r.m - ST_InterpolatePoint(
                r.line, ST_Point(-0.1 * r.foot_y / r.distance_m, 0.1 * r.foot_x / r.distance_m, 4326)
            )
        END AS lean
    OFFSET 0
) AS step
