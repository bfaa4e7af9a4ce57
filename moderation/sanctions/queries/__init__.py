"""Reads of statements, of sanctions, and of the words they are told in."""
