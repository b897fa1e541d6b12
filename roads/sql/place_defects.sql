-- Where defects lie on the network. Takes defect_ids (int[]) and snap_m; gives the current places, without storing them:
-- defect_id, part, carriageway_id, from_cm, to_cm, offset_cm (+ to the right of growing chainage), distance_cm, confidence.
--
-- Each end of a defect is a spot. The nearest carriageway within reach wins, reach being the snapping distance, or the
-- GPS accuracy if that is larger, at most 100 m. Feet and distances are found in a plane of metres around the spot (in
-- degrees they err by metres), and the segment's box is searched in degrees, so that the index serves. A second place
-- nearly as near makes the place ambiguous: another carriageway, unless the inspector chose one, or the same one more
-- than 50 m of chainage away. A stretch with its ends on two carriageways follows those that touch, if the way is not
-- much longer than the straight line.
WITH RECURSIVE spot AS MATERIALIZED (
    SELECT
        d.id AS defect_id, d.covered_on, d.element, d.chosen_carriageway_ids, side, ST_NumPoints(d.geom) IS NULL AS is_point,
        ST_X(point) AS lon, ST_Y(point) AS lat,
        coalesce(d.gps_accuracy_m, 0) AS accuracy_m,
        least(greatest(CAST(:snap_m AS float8), d.gps_accuracy_m), 100) AS reach_m,
        -- Metres in a degree of longitude and of latitude at the spot, on the WGS 84 ellipsoid.
        111412.84 * cosd(ST_Y(point)) - 93.5 * cosd(3 * ST_Y(point)) + 0.118 * cosd(5 * ST_Y(point)) AS lon_m,
        111132.92 - 559.82 * cosd(2 * ST_Y(point)) + 1.175 * cosd(4 * ST_Y(point)) AS lat_m
    FROM defect d
    CROSS JOIN LATERAL (
        SELECT 1 AS side, CASE WHEN ST_NumPoints(d.geom) IS NULL THEN d.geom ELSE ST_StartPoint(d.geom) END AS point
        UNION ALL
        SELECT 2, ST_EndPoint(d.geom) WHERE ST_NumPoints(d.geom) IS NOT NULL
    ) AS ends
    WHERE d.id = ANY (CAST(:defect_ids AS integer[]))
),
near AS MATERIALIZED (
    SELECT
        p.defect_id, p.side, p.reach_m, p.accuracy_m, p.chosen_carriageway_ids, s.carriageway_id, s.extent, s.is_folded,
        ST_Scale(ST_Translate(s.geom, -p.lon, -p.lat), p.lon_m, p.lat_m) AS line
    FROM spot p
    JOIN segment s ON s.geom && ST_MakeEnvelope(
        p.lon - p.reach_m / p.lon_m, p.lat - p.reach_m / p.lat_m, p.lon + p.reach_m / p.lon_m, p.lat + p.reach_m / p.lat_m, 4326
    )
    JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
    WHERE p.chosen_carriageway_ids IS NULL OR s.carriageway_id = ANY (p.chosen_carriageway_ids)
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
    SELECT DISTINCT r.defect_id, r.side
    FROM ranked r
    WHERE r.place > 1 AND r.distance_m < r.best_distance_m + r.tolerance_m
        AND CASE
            WHEN r.carriageway_id <> r.best_carriageway_id THEN r.chosen_carriageway_ids IS NULL
            -- A foot at the segment's end is the same leg going on, not another one.
            ELSE abs(r.m - r.best_m) > 50
                AND r.m > lower(r.extent) / 100.0 + 0.01 AND r.m < upper(r.extent) / 100.0 - 0.01
        END
    UNION
    -- A second leg inside the best segment itself: nearer than where the cut-out of 50 m to both sides begins.
    SELECT r.defect_id, r.side
    FROM ranked r
    CROSS JOIN LATERAL (
        SELECT ST_LocateBetween(r.line, lower(r.extent) / 100.0, r.m - 50) AS before, ST_LocateBetween(r.line, r.m + 50, upper(r.extent) / 100.0) AS beyond
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
        EXISTS (SELECT FROM rival WHERE rival.defect_id = r.defect_id AND rival.side = r.side) AS is_ambiguous,
        ST_GeometryN(ST_LocateBetween(r.line, r.m - 0.5, r.m + 0.5), 1) AS around
    FROM ranked r
    WHERE r.place = 1
),
placed AS MATERIALIZED (
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
),
stretch AS MATERIALIZED (
    SELECT
        a.defect_id, a.carriageway_id AS from_id, b.carriageway_id AS to_id, a.at_cm AS from_cm, b.at_cm AS to_cm, a.m AS from_m,
        b.m AS to_m, a.offset_cm, a.distance_cm, a.lon, a.lat, b.lon AS to_lon, b.lat AS to_lat,
        a.carriageway_id IS NULL OR b.carriageway_id IS NULL AS is_off,
        coalesce(a.is_ambiguous OR b.is_ambiguous, false) AS is_ambiguous
    FROM placed a
    JOIN placed b ON b.defect_id = a.defect_id AND b.side = 2
    WHERE a.side = 1
),
crossing AS MATERIALIZED (
    SELECT
        s.defect_id, s.from_id, s.to_id, s.from_m, s.to_m,
        ST_Distance(
            CAST(ST_Point(s.lon, s.lat, 4326) AS geography), CAST(ST_Point(s.to_lon, s.to_lat, 4326) AS geography)
        ) AS straight_m,
        ST_Expand(ST_MakeLine(ST_Point(s.lon, s.lat, 4326), ST_Point(s.to_lon, s.to_lat, 4326)), 0.002) AS around
    FROM stretch s
    WHERE NOT s.is_off AND s.from_id <> s.to_id
),
passable AS MATERIALIZED (
    SELECT DISTINCT c.defect_id, w.id AS carriageway_id, w.geom
    FROM crossing c
    JOIN segment s ON s.geom && c.around
    JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
),
-- Where an end of one carriageway lies on another (within a metre): one may go on there, both ways.
touch AS MATERIALIZED (
    SELECT a.defect_id, a.carriageway_id AS ending_id, b.carriageway_id AS other_id, ST_M(tip) AS ending_m, ST_InterpolatePoint(b.geom, tip) AS other_m
    FROM passable a
    CROSS JOIN LATERAL (VALUES (ST_StartPoint(a.geom)), (ST_EndPoint(a.geom))) AS ends (tip)
    JOIN passable b
        ON b.defect_id = a.defect_id AND b.carriageway_id <> a.carriageway_id AND b.geom && ST_Expand(tip, 0.00002)
    WHERE ST_Distance(ST_Force2D(tip), ST_Force2D(b.geom)) < 0.00001
),
turn AS MATERIALIZED (
    SELECT defect_id, ending_id AS here_id, ending_m AS leave_m, other_id AS there_id, other_m AS enter_m FROM touch
    UNION
    SELECT defect_id, other_id, other_m, ending_id, ending_m FROM touch
),
way AS (
    SELECT
        defect_id, to_id, to_m, straight_m, from_id AS here_id, from_m AS here_m, CAST(0 AS float8) AS travelled_m,
        ARRAY[from_id] AS ids, CAST(ARRAY[] AS float8[]) AS entered, CAST(ARRAY[] AS float8[]) AS leaving, from_m AS first_m
    FROM crossing
    UNION ALL
    SELECT
        w.defect_id, w.to_id, w.to_m, w.straight_m, t.there_id, t.enter_m, w.travelled_m + abs(t.leave_m - w.here_m),
        w.ids || t.there_id, w.entered || w.here_m, w.leaving || t.leave_m, w.first_m
    FROM way w
    JOIN turn t ON t.defect_id = w.defect_id AND t.here_id = w.here_id AND NOT t.there_id = ANY (w.ids)
    WHERE w.here_id <> w.to_id AND cardinality(w.ids) < 8
        AND w.travelled_m + abs(t.leave_m - w.here_m) <= 1.3 * w.straight_m
),
shortest AS MATERIALIZED (
    SELECT DISTINCT ON (defect_id)
        defect_id, ids, entered || here_m AS entered, leaving || to_m AS leaving
    FROM way
    WHERE here_id = to_id AND travelled_m + abs(to_m - here_m) <= 1.3 * straight_m
    ORDER BY defect_id, travelled_m + abs(to_m - here_m), ids
),
leg AS (
    SELECT
        s.defect_id, leg.carriageway_id,
        greatest(CAST(round(least(leg.enter_m, leg.leave_m) * 100) AS integer), lower(w.extent)) AS from_cm,
        least(CAST(round(greatest(leg.enter_m, leg.leave_m) * 100) AS integer), upper(w.extent)) AS to_cm,
        leg.n
    FROM shortest s
    CROSS JOIN LATERAL unnest(s.ids, s.entered, s.leaving) WITH ORDINALITY AS leg (carriageway_id, enter_m, leave_m, n)
    JOIN carriageway w ON w.id = leg.carriageway_id
)
SELECT
    defect_id, 1 AS part, carriageway_id, at_cm AS from_cm, at_cm + 1 AS to_cm, CAST(offset_cm AS integer) AS offset_cm, distance_cm,
    CASE WHEN carriageway_id IS NULL THEN 'off_network' WHEN is_ambiguous THEN 'ambiguous' ELSE 'certain' END AS confidence
FROM placed
WHERE is_point
UNION ALL
SELECT defect_id, 1, NULL, NULL, NULL, NULL, NULL, 'off_network' FROM stretch WHERE is_off
UNION ALL
SELECT
    defect_id, 1, from_id, least(from_cm, to_cm), greatest(from_cm, to_cm, least(from_cm, to_cm) + 1), CAST(offset_cm AS integer), distance_cm,
    CASE WHEN is_ambiguous THEN 'ambiguous' ELSE 'certain' END
FROM stretch
WHERE NOT is_off AND from_id = to_id
UNION ALL
SELECT
    l.defect_id, CAST(row_number() OVER (PARTITION BY l.defect_id ORDER BY l.n) AS integer), l.carriageway_id, l.from_cm, l.to_cm,
    CAST(s.offset_cm AS integer), s.distance_cm, CASE WHEN s.is_ambiguous THEN 'ambiguous' ELSE 'certain' END
FROM leg l
JOIN stretch s ON s.defect_id = l.defect_id
WHERE l.from_cm < l.to_cm
UNION ALL
SELECT defect_id, 1, from_id, from_cm, from_cm + 1, CAST(offset_cm AS integer), distance_cm, 'ambiguous'
FROM stretch s
WHERE NOT is_off AND from_id <> to_id AND NOT EXISTS (SELECT FROM leg l WHERE l.defect_id = s.defect_id AND l.from_cm < l.to_cm)
