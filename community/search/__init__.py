"""Search: full text over questions and answers, similar questions, deflections.

Owns the table ``deflections`` and the index folder. Hears of every change of a post; only the
worker writes the index.
"""
