"""Judging conduct: flags, cases, sanctions, spam and the audit log.

May import ``community.questions`` and what lies below it. Inside: spam → flags → cases →
sanctions → audit. So far there are ``cases``.
"""
