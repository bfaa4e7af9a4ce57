"""Service of the support team for what the community leaves unanswered.

Packages, upper ones may import lower ones: ``triggers``, ``desk``, ``mail_in``, ``csat``,
``connectors``, ``reports``, ``publishing``, then ``cases``, then ``macros``, then ``sla``, then
``calendars``, then ``teams`` and ``customers``.
Nothing here gives anybody rights over conduct: that is moderation's.
"""
