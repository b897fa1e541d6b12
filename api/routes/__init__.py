"""The API, by who asks."""
