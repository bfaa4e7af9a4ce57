"""Reads: periods, shares, statements, charities and what is owed in all."""
