"""Flags: what members report about posts and about each other, and what follows before anybody
has looked at it.

Owns the tables ``flags`` and ``flag_hidings``. Opens cases of the kind "flag" and carries out what
is decided about them. Emits ``FlagAnswered``.

A flag weighs by how far its author is trusted and how often they were right. Posts are hidden as
soon as the open flags of a round weigh enough; a decision ends the round, the next flag begins a
new one that is scored afresh. Source: PRODUCT 2.4, G1.
"""
