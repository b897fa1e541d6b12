-- Warranties that are no longer in the layer, with the moment since when: closed in the register, or on a carriageway that
-- was retired. Takes since (date).
SELECT jsonb_build_object('id', v.id) AS key, least(upper(v.recorded), w.retired_at) AS removed_at
FROM warranty v
JOIN carriageway w ON w.id = v.carriageway_id
-- What never was in force to its end was never in the layer.
WHERE upper_inf(v.in_force) AND least(upper(v.recorded), w.retired_at) >= CAST(:since AS date)
