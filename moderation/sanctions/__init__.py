"""Measures against members and against what they wrote, each with a statement of reasons.

Owns the tables ``statements``, ``sanctions`` and ``sanction_wordings``. Emits ``StatementIssued``,
``SanctionStarted`` and ``SanctionEnded``; hears ``PostVisibilityChanged`` (a post was hidden,
deleted or restored by somebody else than its author) and ``SuspendedSignIn``.

A sanction is active → expired or lifted: notice, warning, read-only, suspension, ban. Nothing is
done in the shadows: the member is told each time, by whatever way still reaches them. Sources:
PRODUCT 2.4 and 4.2, feature G6 and G7; Regulation (EU) 2022/2065, Article 17.
"""
