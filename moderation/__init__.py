"""Judging conduct: flags, cases, sanctions, spam and the audit log; empty so far.

May import ``community.questions`` and what lies below it. Inside: spam → flags → cases →
sanctions → audit. Tables owned, events emitted, events heard: none yet.
"""
