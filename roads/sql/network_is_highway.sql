-- Whether a staged feature `f` is cut by chainage: a highway, or what could be one by its reference or its length.
(f.significance IS NOT NULL AND f.significance <> 'street')
OR (f.significance IS NULL AND (f.reference IS NOT NULL OR f.length_m >= 3000))
