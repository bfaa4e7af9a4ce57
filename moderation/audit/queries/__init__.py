"""Reads of the audit log and of notes on people."""
