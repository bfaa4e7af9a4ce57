"""Corrections of points by hand, and appeals against what stands in one's own account.

A moderator or an administrator proposes an adjustment with a reason. Up to a limit it is booked at
once; above it an administrator who is somebody else confirms it. Whoever disagrees with a line of
their own appeals, once a line; somebody who had no part in it answers within ten working days.

Owns the tables ``adjustments`` and ``points_appeals``. Emits ``PointsAdjusted`` and
``PointsAppealAnswered``, hears nothing; members are told why by mail. Entries are booked by the
ledger, in the transaction of the decision.
"""
