"""Boards: the places questions live in, and who may read or write there.

Owns the tables ``boards``, ``board_groups`` and ``board_stats``. Emits ``BoardAudienceChanged``.
"""
