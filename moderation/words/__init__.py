"""Watched words: what a text that holds one of them meets before it is published.

Owns the table ``watched_words``. Words are literal, with ``*`` for the rest of a word; operators
may also write regular expressions, whose cost is bounded (``core.patterns``). Emits and hears
nothing: the screen (``screen``) runs with every text.
"""
