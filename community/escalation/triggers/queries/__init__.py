"""Reads of what is handed over, and when."""
