"""Writes: one function for each thing that a person or a job does. None commits, none reads the clock."""
