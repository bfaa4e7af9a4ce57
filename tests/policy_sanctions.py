"""What requests about sanctions and decisions are about, and the requests themselves."""

from collections.abc import Callable
from typing import Any

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from moderation.sanctions.models import Sanction, Statement
from moderation.sanctions.queries.texts import months_later
from moderation.spam.models import SpamCleanup

# Of whom it is, the statement and the sanction.
Sanctions = dict[str, tuple[int, int]]
FACTS = "The post praises a shop and was sent three times."


def make_sanctions(people: dict[str, User]) -> Sanctions:
    """Let there be a warning about everybody, staff too: stored, for nobody may impose all."""
    return {role: _warn(user) for role, user in people.items()}


def _warn(user: User) -> tuple[int, int]:
    with transaction():
        statement = Statement(
            user_id=user.id,
            measure="warning",
            rule="spam",
            facts=FACTS,
            text="This is a warning.\n\nThe rule: Spam.",
            language="en",
            automated=False,
            appeal_until=months_later(clock.now()),
        )
        db.session.add(statement)
        db.session.flush()
        sanction = Sanction(user_id=user.id, kind="warning", statement_id=statement.id)
        db.session.add(sanction)
        # A clean-up that could be taken back, by whoever may.
        db.session.add(SpamCleanup(user_id=user.id, actor_id=user.id, state="done"))
        db.session.flush()
        return statement.id, sanction.id


def sanction_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    measure = {"kind": "notice", "rule": "spam", "facts": FACTS}
    wording = "/moderation/wordings/warning/en"
    return {
        "sanctions.create_sanction": lambda c: (
            f"/moderation/people/{c.owner.id}/sanctions",
            {**measure, "seen": str(_of(c)[1])},
        ),
        "sanctions.lift": lambda c: (
            f"/moderation/sanctions/{_of(c)[1]}/lifting",
            {"reason": "It was somebody else"},
        ),
        "spam.create_cleanup": lambda c: (f"/moderation/people/{c.owner.id}/cleanup", {}),
        "spam.take_cleanup_back": lambda c: (f"/moderation/people/{c.owner.id}/cleanup", {}),
        "sanctions.save_text": lambda c: (wording, {"text": "A warning for {name}."}),
        "sanctions.reset_text": lambda c: (wording, {}),
        "decisions.confirm_reading": lambda c: (f"/account/decisions/{_of(c)[0]}/receipt", {}),
        "decisions.create_appeal": lambda c: (
            f"/account/decisions/{_of(c)[0]}/appeal",
            {"text": "I only answered a question."},
        ),
        "decisions.appeal_suspension": lambda c: ("/suspension/appeal", {"text": "It was not me."}),
    }


def _of(cell: Any) -> tuple[int, int]:
    owner = cell.role if cell.target == "own" and cell.role in cell.world.people else "author"
    return cell.world.sanctions[owner]
