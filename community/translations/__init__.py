"""Catalogues of words, one folder a language; English stands in the code and needs none.

``python3 dev.py translate`` brings them up to date with the code and says what lacks a translation.
"""
