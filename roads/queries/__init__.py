"""Reads: rows scoped to the reader. Nothing here writes."""
