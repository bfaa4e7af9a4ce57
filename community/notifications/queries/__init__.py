"""Reads of notifications, of who should get one, and of watches."""
