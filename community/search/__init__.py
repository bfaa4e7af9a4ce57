"""Search: full text over questions and answers, similar questions, deflections.

Owns the tables ``deflections`` and ``index_requests`` and the index folder. Hears of every change
of a post; only the worker (and the rebuild command) writes the index. Emits nothing.
"""
