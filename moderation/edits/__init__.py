"""Cases about changes of posts that wait: suggested ones, and those a moderator must see first.

Owns no table: ``posts`` keeps the changes. Hears ``EditSuggested``, ``EditDecided``,
``AppealDecided``, ``PostEdited`` and ``PostVisibilityChanged``.
"""
