"""Side conversations: agents ask somebody outside by mail about a case; the customer sees nothing.

Owns the tables ``side_conversations`` and ``side_messages``. Emits nothing. Source: PRODUCT H14.
"""
