"""What the operator's own records say of a customer, asked of another system; nothing is stored.

Owns no tables. Who shows it is above: the answer may take two seconds, so no page waits for it.
"""
