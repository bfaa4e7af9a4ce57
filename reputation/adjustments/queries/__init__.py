"""Reads for adjustments and appeals."""
