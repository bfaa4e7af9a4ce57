"""Trust levels, and the page that says which powers open when."""
