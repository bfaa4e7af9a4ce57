"""Teams of the support staff: who belongs to which, and whose cases are whose.

Owns the tables ``teams``, ``team_members`` and ``team_boards``. One team is there as soon as it is
needed: whatever no other team takes is its own, and agents of no other team work in it.
"""
