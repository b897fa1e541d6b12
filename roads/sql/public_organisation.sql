-- An organisation by its BIN. Takes bin.
SELECT id, bin, name FROM organisation WHERE bin = CAST(:bin AS text)
