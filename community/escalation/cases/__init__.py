"""Support cases (de: Anliegen): what the support team works on, with or without a question.

Owns the tables ``support_cases``, ``case_messages``, ``case_links``, ``case_steps`` and
``escalations``. Emits the events of ``community.events.support``.

new → open → pending (on the customer) or on hold (on somebody else) → solved → closed; handed
back to the community it is returned, and its clocks go on. A customer's reply opens whatever is
not closed; closed is final. Private messages and notes live here alone, never among the posts.
Source: PRODUCT 2.7, 4.2.
"""
