"""Rules in plain Python: no database, no clock, no library beyond the standard one."""
