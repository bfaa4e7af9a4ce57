"""Administration: who holds which role, groups and their members, who reads which board.

Owns no tables: its pages call the operations of ``identity`` and ``boards``. Hears nothing.
"""
