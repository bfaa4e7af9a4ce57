"""Importers: foreign communities become ours, silently, and once.

Owns the table ``imported_records``. Emits nothing: no mail, no points. Derived numbers are rebuilt
afterwards.
"""
