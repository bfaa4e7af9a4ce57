"""Cases about members who seem to thank each other for gain.

Who found the ring carries the decision out (``reputation.fairness``), told by events.
"""

from flask_babel import lazy_gettext as _l

from moderation.cases.kinds import CaseKind, Decision

RING = CaseKind(
    name="ring",
    label=_l("Thanks by arrangement"),
    decisions=(
        Decision(
            "no_violation",
            _l("No rule was broken"),
            is_violation=False,
            hint=_l("They are paid as before. The same is not held against them again."),
        ),
        Decision(
            "violation",
            _l("Rules were broken"),
            is_violation=True,
            hint=_l(
                "They earn nothing by each other any more, and what they earned so is taken back."
            ),
        ),
    ),
    template="moderation/_ring.html",
)

KINDS = (RING,)
