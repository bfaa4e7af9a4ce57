"""Reads of support cases, one module per concern."""
