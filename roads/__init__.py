"""Who answers for each metre of road on each day, and whether they mended it."""
