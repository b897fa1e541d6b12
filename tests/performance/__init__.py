"""Benchmarks: ratios of our work to a compared one, both taken in the same run. Nothing here is a timed test."""
