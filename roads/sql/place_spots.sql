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
        defect_id, side, reach_m, greatest(accuracy_m, 5) AS tolerance_m, chosen_carriageway_ids, carriageway_id, extent,
        is_folded, line,
        ST_Distance(line, ST_Point(0, 0, 4326)) AS distance_m,
        ST_InterpolatePoint(line, ST_Point(0, 0, 4326)) AS m
    FROM near
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
    WINDOW nearest AS (PARTITION BY defect_id, side ORDER BY distance_m, carriageway_id, m)
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
            ST_LocateBetween(r.line, lower(r.extent) / 100.0, r.m - 50) AS before,
            ST_LocateBetween(r.line, r.m + 50, upper(r.extent) / 100.0) AS beyond
    ) AS cut
    CROSS JOIN LATERAL (
        SELECT
            least(ST_Distance(cut.before, ST_Point(0, 0, 4326)), ST_Distance(cut.beyond, ST_Point(0, 0, 4326))) AS leg_m,
            least(
                ST_Distance(ST_LocateAlong(r.line, r.m - 50), ST_Point(0, 0, 4326)),
                ST_Distance(ST_LocateAlong(r.line, r.m + 50), ST_Point(0, 0, 4326))
            ) AS cut_m
    ) AS leg
    WHERE r.place = 1 AND r.is_folded AND leg.leg_m < r.distance_m + r.tolerance_m AND leg.leg_m <= r.reach_m
        AND leg.leg_m < coalesce(leg.cut_m, 'infinity') - 0.01
),
foot AS MATERIALIZED (
    SELECT
        r.defect_id, r.side, r.carriageway_id, r.m, r.distance_m,
        rival.defect_id IS NOT NULL AS is_ambiguous,
        ST_GeometryN(ST_LocateBetween(r.line, r.m - 0.5, r.m + 0.5), 1) AS around
    FROM ranked r
    LEFT JOIN rival ON rival.defect_id = r.defect_id AND rival.side = r.side
    WHERE r.place = 1
)
SELECT
    p.defect_id, p.side, p.is_point, p.lon, p.lat, p.lon_m, p.lat_m, f.carriageway_id, f.m, f.is_ambiguous,
    least(greatest(CAST(round(f.m * 100) AS integer), lower(w.extent)), upper(w.extent) - 1) AS at_cm,
    CAST(round(f.distance_m * 100) AS integer) AS distance_cm,
    CAST(round(f.distance_m * 100) AS integer) * CASE
        WHEN ST_GeometryType(f.around) <> 'ST_LineString' THEN 1
        -- The spot is the origin: the sign of (end - start) x (origin - start) tells its side of the line.
        ELSE sign(
            (ST_Y(ST_EndPoint(f.around)) - ST_Y(ST_StartPoint(f.around))) * -ST_X(ST_StartPoint(f.around))
            + (ST_X(ST_EndPoint(f.around)) - ST_X(ST_StartPoint(f.around))) * ST_Y(ST_StartPoint(f.around))
        ) * sign(ST_M(ST_EndPoint(f.around)) - ST_M(ST_StartPoint(f.around)))
    END AS offset_cm
FROM spot p
LEFT JOIN foot f ON f.defect_id = p.defect_id AND f.side = p.side
LEFT JOIN carriageway w ON w.id = f.carriageway_id
