"""Asking customers how satisfied they were, and taking their answers."""
