-- The segments in use whose box touches a box, all in one row of blocks: a row for each of half a million takes longer to
-- hand over than to find. Takes west, south, east, north (degrees). `facts` are four int4 of each segment: carriageway, the
-- centimetres at which that begins and last is, vertices; `lines` is the EWKB of one after the other.
SELECT
    coalesce(string_agg(
        int4send(s.carriageway_id) || int4send(lower(w.extent)) || int4send(upper(w.extent) - 1)
        || int4send(ST_NumPoints(s.geom)), CAST('' AS bytea)
    ), CAST('' AS bytea)) AS facts,
    coalesce(string_agg(ST_AsEWKB(s.geom, 'NDR'), CAST('' AS bytea)), CAST('' AS bytea)) AS lines
FROM segment s
JOIN carriageway w ON w.id = s.carriageway_id AND w.retired_at IS NULL
WHERE s.geom && ST_MakeEnvelope(
    CAST(:west AS float8), CAST(:south AS float8), CAST(:east AS float8), CAST(:north AS float8), 4326
)
