-- The codes by which points `p` are drawn.
p.works
