-- Where defects lie on the network. Takes defect_ids (int[]), snap_m and known_at ('infinity' is now); gives their places:
-- defect_id, part, carriageway_id, from_cm, to_cm, offset_cm (+ to the right of growing chainage), distance_cm, confidence.
--
-- A stretch with its ends on two carriageways follows those that touch, if the way is at most 1.3 times the straight
-- line, with a part on each; else it is ambiguous and kept at its first end. An end off the network takes it all off.
WITH RECURSIVE placed AS MATERIALIZED (
    -- include: place_spots
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
    JOIN carriageway w ON w.id = s.carriageway_id AND w.recorded_at <= CAST(:known_at AS timestamptz)
        AND (w.retired_at IS NULL OR w.retired_at > CAST(:known_at AS timestamptz))
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
