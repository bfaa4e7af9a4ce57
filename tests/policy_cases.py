"""What requests about moderators' cases are about, and the requests themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from moderation.flags.models import FlagHiding
from tests.factories.cases import make_case

MENDED = {"title": "A title that was mended well", "body": "This is what I meant to say, sorry."}

# By who acts, whether it is about them, and the state it is in.
Cases = dict[tuple[str, bool, str], int]


def make_cases(role: str, actor: User, author: User) -> Cases:
    """Make cases about the one who acts and about the author; some the actor has claimed."""
    return {
        (role, is_own, state): make_case(
            [actor if is_own else author], state=state, claimed_by=actor
        ).id
        for is_own in (True, False)
        for state in ("open", "claimed", "actioned")
    }


def hide_by_flags(world: Any) -> None:
    """Let it be flags that hid the hidden posts an hour ago."""
    hidden = [made.question_id for (_, which), made in world.content.items() if which == "hidden"]
    hidden += [post_id for (*_, is_hidden), post_id in world.replies.items() if is_hidden]
    hour_ago = clock.now() - timedelta(hours=1)
    with transaction():
        db.session.add_all(
            FlagHiding(post_id=post_id, round=1, hidden_at=hour_ago) for post_id in hidden
        )


def case_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    decision = {"decision": "violation", "note": "They say so themselves"}
    return {
        "moderation.claim_case": lambda c: (f"{_case(c, 'open')}/claim", {}),
        "moderation.release_case": lambda c: (f"{_case(c, 'claimed')}/claim", {}),
        "moderation.decide_case": lambda c: (f"{_case(c, 'claimed')}/decision", decision),
        "moderation.undo_decision": lambda c: (f"{_case(c, 'actioned')}/decision", {"note": "No"}),
        "moderation.create_note": lambda c: (f"{_case(c, 'open')}/notes", {"message": "Look here"}),
        "moderation.create_handover": lambda c: (
            f"{_case(c, 'claimed')}/handover",
            {"handover": "It is about the founder"},
        ),
        "moderation.preview_letter": lambda c: (f"{_case(c, 'open')}/letter", decision),
        "flags.create_flag": lambda c: (f"/posts/{c.post()}/flags", {"reason": "spam"}),
        "flags.create_member_flag": lambda c: (
            f"/users/{c.owner.id}/flags",
            {"reason": "abuse", "note": "Rude letters"},
        ),
        "flags.create_mending": lambda c: (f"/posts/{c.post('hidden')}/mending", MENDED),
        "moderation.close_case": lambda c: (f"{_case(c, 'actioned')}/closing", {}),
    }


def _case(cell: Any, state: str) -> str:
    role = cell.role if cell.role in cell.world.people else "author"
    return f"/moderation/cases/{cell.world.cases[role, cell.target == 'own', state]}"
