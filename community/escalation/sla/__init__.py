"""SLA policies and the clocks of support cases.

Owns ``sla_policies``, ``sla_clocks`` and ``sla_events``. Knows nothing of a case but its id and the
facts that choose a policy. Emits ``ClockWarned``, ``ClockBreached``, ``ClockMet`` and
``SlaPoliciesChanged``; hears the last of these and ``CalendarChanged``.
"""
