"""Superusers: trusted volunteers, and how somebody becomes one, stays one, and stops being one.

Owns the table ``superuser_memberships``. A membership begins with an invitation, an application or
a role granted by hand, and becomes active with the agreement (``agreements``); every half year
somebody looks at it. Role, tier and group of the member follow it in the same transaction.
Emits ``SuperuserNews``; hears of changed rights, because roles are also granted by hand.
"""
