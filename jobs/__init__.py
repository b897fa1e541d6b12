"""The timetable: what runs when, once, and who is in charge of it."""
