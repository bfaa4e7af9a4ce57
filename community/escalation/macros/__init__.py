"""Macros (de: Textbausteine): texts with variables that agents begin an answer with.

Owns the table ``macros``. Emits nothing. Applied, a macro only fills the composer: it sends
nothing, and what it proposes beside the text is the agent's to choose. Source: PRODUCT H13.
"""
