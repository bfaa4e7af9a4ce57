"""Mail that comes in: what it says, and which case it belongs to.

Reading a message needs neither database nor network: ``parsing`` with ``parts``, ``headers``,
``quotes``, ``automatic`` and ``bounces``.
"""
