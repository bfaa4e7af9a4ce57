"""Boards: the places questions live in, and who may read or write there.

Owns the tables ``boards`` and ``board_stats``.
"""
