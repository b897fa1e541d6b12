"""Pages for people, by who reads them."""
