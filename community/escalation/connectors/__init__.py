"""The bridge to other systems: helpdesks that mirror cases, and what is known of customers.

Owns ``connector_states``, ``connector_links`` and ``connector_deliveries``; hears what happens to
cases. What is to be sent is read from the case itself whenever its turn comes, so nothing is lost
when the other side is away, and nothing sent twice when it comes back. Why it works as it does:
``docs/decisions/helpdesk-bridge.md``.
"""
