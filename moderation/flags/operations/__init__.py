"""Flagging, mending what flags have hidden, and deciding about flags."""
