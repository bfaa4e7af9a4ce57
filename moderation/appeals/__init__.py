"""Appeals against decisions: one each, within six months, decided by somebody else and never alone
by a machine; and the pages on which members read what was decided about them.

Owns the table ``decision_appeals``. Emits ``AppealDecided``; hears nothing. An appeal opens a case
of the kind ``appeal``: opened → upheld (the decision stands) or overturned (it is undone). Source:
Regulation (EU) 2022/2065, Article 20; PRODUCT G7.
"""
