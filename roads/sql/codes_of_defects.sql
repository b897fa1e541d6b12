-- The codes by which points `p` are drawn.
p.severity, p.age, p.distress
