"""Against gaming: finds groups who thank each other for gain; what is found, people decide.

Owns the tables ``ring_findings`` and ``ring_members``. Emits ``RingSuspected``, ``RingDropped``
and ``RingSettled``; hears ``CaseDecided`` and ``CaseUndone``. Every night the thanks of the last
weeks and months are summed up (``graph``) and looked through (``rings``); whoever is found waits
with payback until a moderator has decided, and while a payment is near whoever is in doubt. Where
rules were broken the ledger lets the members earn nothing by each other, which reverses what they
did; that can be undone.
"""
