"""A private case becomes a public question, with its customer's recorded consent.

An agent writes a masked text; the customer reads it word by word and agrees or declines, by the
link of a mail or on the page of their case. Agreed, it is published at once, and the case is handed
back as that question. What was asked is never changed: another text is asked for anew.

Owns the table ``case_publications``. Emits ``PublicationAsked`` and ``PublicationAnswered``.
Source: PRODUCT A6, A7, H19.
"""
