"""``flask doctor``: whether the site can run as it should, and what to do where it cannot.

A check is a function that returns findings in plain words; ``CHECKS`` lists them all. A check that
breaks is a failure itself. Nothing is changed.
"""
