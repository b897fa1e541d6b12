"""Letters as documents: the facts of one are put into words and drawn up as a PDF, once."""
