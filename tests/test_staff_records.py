"""Whatever staff may do that members may not leaves one entry in the audit log."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from community.core.audit import Action, AuditEntry
from community.core.db import db
from community.policy_roles import STAFF
from community.policy_table import POLICIES
from tests.policy_matrix import Matrix, changing_rules

NOTHING_TO_UNDO = "in this world there is nothing to take back, and nothing is changed"
NOT_IN_FORCE = "a draft changes nothing; publishing it is recorded"
TWO_ACTS = "two acts: what was asked for, and what follows from it"
# Not one entry each: how many, and why.
OTHERWISE: dict[str, tuple[int, str]] = {
    **dict.fromkeys(
        (
            *("tools.unpin_question", "tools.unslow_question", "privacy.delete_disabling"),
            *("administration.remove_member", "administration.take_role"),
            *("administration.free_trust", "administration.unlink_person"),
            *("sanctions.reset_text", "adjustments.take", "superusers.decide"),
            *("payouts.lift_halt", "macros.restore", "desk.leave"),
            "likely.refuse_likely",
        ),
        (0, NOTHING_TO_UNDO),
    ),
    **dict.fromkeys(
        (
            *("rules.create_draft", "rules.save_draft", "rules.delete_draft"),
            "rules.create_simulation",
        ),
        (0, NOT_IN_FORCE),
    ),
    **dict.fromkeys(
        (
            *("sanctions.create_sanction", "adjustments.uphold", "superusers.end_membership"),
            *("payouts.make_file", "teams.delete_team"),
        ),
        (2, TWO_ACTS),
    ),
    "spam.create_cleanup": (3, "the clean-up, and each measure and post in it"),
    "publishing.withdraw_publication": (2, TWO_ACTS),
    "moderation.preview_letter": (0, "a preview, which writes nothing"),
    **dict.fromkeys(("desk.go_away", "desk.come_back"), (0, "one says that one is not there")),
    "desk.fill_reply": (0, "a macro's text to be read over, which is not kept"),
    "side.create_message": (0, "what is said in cases is a record of its own"),
    "desk.tell_children": (0, "what is said in cases is a record of its own"),
    "desk.show_present": (0, "that somebody looks at a case, forgotten after a minute"),
    "connectors.test_connector": (0, "the worker asks another system; here nothing changes"),
    "connectors.retry_link": (0, "the worker tries again what it would have tried by itself"),
    "words.try_words": (0, "a test of words, which writes nothing"),
}


def entries() -> int:
    acts = select(func.count(AuditEntry.id)).where(AuditEntry.action != Action.DATA_SEEN)
    return db.session.scalar(acts) or 0


def is_of_staff(rule: Rule) -> bool:
    """Say whether only staff may do this to what is not their own."""
    policy = POLICIES[rule.endpoint]
    return bool(policy.others & STAFF) and not policy.others - STAFF - {
        "board moderator",
        "board agent",
    }


def test_every_act_of_staff_is_recorded_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = Matrix(app)
    wrong = []
    for rule in filter(is_of_staff, changing_rules(app)):
        cell = matrix.most_powerful(rule)
        found: list[int] = []
        with matrix.as_owner(cell.role, monkeypatch):
            before = entries()
            matrix.watch = lambda found=found: found.append(entries())
            matrix.send(rule, cell)
            db.session.rollback()
        wanted, _ = OTHERWISE.get(rule.endpoint, (1, ""))
        written = (found[-1] if found else before) - before
        if written != wanted:
            wrong.append(f"{rule.endpoint} by {cell.role}: {written} entries, should be {wanted}")
    assert not wrong, "\n".join(wrong)
