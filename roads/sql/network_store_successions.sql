-- Keeps which chainage of an old measurement is which of the new one (temporary table `mapping`).
INSERT INTO carriageway_succession (old_id, new_id, old_extent, new_extent, is_reversed)
SELECT old_id, new_id, old_extent, new_extent, is_reversed FROM mapping ORDER BY old_id, old_extent
