-- Writes the pieces of streets that were cut again (temporary tables `writing` and `piece`); their old segments are gone.
INSERT INTO segment (carriageway_id, extent, geom, is_folded)
SELECT w.id, int4range(p.from_cm, p.to_cm), p.geom, p.is_folded
FROM writing w
JOIN piece p USING (n)
