"""How satisfied customers were: asked once a case, a day after it was solved.

Owns the tables ``csat_responses`` and ``csat_refusals``. Emits ``CaseRatedLow``. The question comes
by mail and stands on the customer's case page. Figures are those of teams, never of one agent:
nobody's work is to be watched with them. Source: PRODUCT H17.
"""
