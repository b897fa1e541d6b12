"""Public maps made with Folium."""
