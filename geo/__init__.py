"""Places without meaning: coordinates, chainage, linear referencing and the files they come in."""
