"""Granting by rule and by hand, and changes to the badges themselves."""
