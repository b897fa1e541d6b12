-- The segment in which the extent of a row `l` (carriageway_id, extent) begins: where its page leads to.
(
    SELECT g.id
    FROM segment g
    WHERE g.carriageway_id = l.carriageway_id AND g.extent @> lower(l.extent)
    LIMIT 1
)
