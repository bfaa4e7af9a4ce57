"""Requests about points and money: lines, adjustments, appeals, rules, payback, superusers."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from reputation.superusers.agreements import IN_FORCE
from tests.policy_points import DRAFT

Form = dict[str, Any]


def owned(cell: Any, kept: dict[str, int]) -> int:
    """Return the id that is the role's own, or the author's; ``kept`` holds them by role."""
    return kept.get(cell.role, kept["author"]) if cell.target == "own" else kept["author"]


def _appeal(cell: Any) -> Any:
    """Return one's own appeal, or one of the author's that this person has taken on."""
    points = cell.world.points
    if cell.target == "own" and cell.role in points.own_appeals:
        return points.own_appeals[cell.role]
    return points.taken.get(cell.role, points.own_appeals["author"])


def _membership_address(cell: Any) -> str:
    return f"/admin/superusers/{owned(cell, cell.world.memberships)}"


def _draft_address(cell: Any) -> str:
    return f"/admin/point-rules/drafts/{cell.world.points.draft_id}"


def _fixed(path: str, **form: Any) -> Callable[[Any], tuple[str, Form]]:
    return lambda cell: (path, form)


# By endpoint: the address, and a form that would be carried out.
POINT_REQUESTS: dict[str, Callable[[Any], tuple[str, Form]]] = {
    "adjustments.create_adjustment": lambda c: (
        f"/admin/people/{c.owner.id}/points",
        {"currency": "reputation", "amount": "5", "reason": "A prize"},
    ),
    "adjustments.confirm": lambda c: (
        f"/admin/adjustments/{owned(c, c.world.points.waiting)}/confirmation",
        {},
    ),
    "adjustments.refuse": lambda c: (
        f"/admin/adjustments/{owned(c, c.world.points.waiting)}/refusal",
        {"why": "Not earned"},
    ),
    "adjustments.undo": lambda c: (
        f"/admin/adjustments/{owned(c, c.world.points.booked)}/reversal",
        {"reason": "Not earned"},
    ),
    "adjustments.take": lambda c: (f"/admin/appeals/{_appeal(c)}/review", {}),
    "adjustments.uphold": lambda c: (
        f"/admin/appeals/{_appeal(c)}/correction",
        {"amount": "5", "answer": "You are right"},
    ),
    "adjustments.reject": lambda c: (
        f"/admin/appeals/{_appeal(c)}/rejection",
        {"answer": "All is as it should be"},
    ),
    "appeals.create_appeal": lambda c: (
        f"/reputation/entries/{owned(c, c.world.points.entries)}/appeal",
        {"text": "I was thanked seven times"},
    ),
    "payback.make_choice": _fixed("/payback/choice", choice="credit"),
    "payback.save_details": _fixed(
        "/payback/details", holder="Ann Smith", iban="DE89370400440532013000"
    ),
    "payback.remove_details": _fixed("/payback/details"),
    "payback.propose_charity": _fixed("/payback/charities", name="Sea rescue"),
    "payback.vote_for_charity": lambda c: (f"/payback/charities/{c.world.charity}/vote", {}),
    "payback.take_vote_back": lambda c: (f"/payback/charities/{c.world.charity}/vote", {}),
    "payback.approve_charity": lambda c: (
        f"/payback/charities/{c.world.charity}/listing",
        {"match_percent": "0"},
    ),
    "payback.retire_charity": lambda c: (f"/payback/charities/{c.world.charity}/listing", {}),
    "payouts.approve_list": lambda c: (
        f"/admin/payback/runs/{c.world.runs['locked'].period_id}/approval",
        {"digest": c.world.runs["locked"].digest},
    ),
    "payouts.make_file": lambda c: (
        f"/admin/payback/runs/{c.world.runs['approved'].period_id}/files",
        {"form": "credit"},
    ),
    "payouts.close_period": lambda c: (
        f"/admin/payback/runs/{c.world.runs['paid'].period_id}/closure",
        {},
    ),
    "payouts.take_file": lambda c: (f"/admin/payback/files/{c.world.batch}/downloads", {}),
    "payouts.bring_report": lambda c: (
        f"/admin/payback/files/{c.world.batch}/reports",
        {"report": (BytesIO(b"line_key,status\n"), "report.csv")},
    ),
    "payouts.retry_line": lambda c: (f"/admin/payback/lines/{c.world.failed_line}/retry", {}),
    "payouts.leave_line": lambda c: (f"/admin/payback/lines/{c.world.failed_line}/carry-over", {}),
    "payouts.lift_halt": _fixed("/admin/payback/halt", reason="Looked at it"),
    "payback.take_step": lambda c: (
        f"/admin/payback/periods/{c.world.period}/steps",
        {"step": "issue"},
    ),
    "rules.create_draft": _fixed("/admin/point-rules/drafts", currency="reputation"),
    "rules.save_draft": lambda c: (_draft_address(c), DRAFT),
    "rules.delete_draft": lambda c: (_draft_address(c), {}),
    "rules.create_simulation": lambda c: (
        f"{_draft_address(c)}/simulations",
        {"begins_on": "2026-01-01", "ends_on": "2026-02-01"},
    ),
    "rules.publish": lambda c: (f"{_draft_address(c)}/publication", {}),
    "rules.withdraw": lambda c: (
        f"/admin/point-rules/versions/{c.world.points.version_id}/withdrawal",
        {},
    ),
    "superusers.create_application": _fixed(
        "/superusers/application", motive="I like to help people here.", topics="Roaming"
    ),
    "superusers.accept_agreement": _fixed("/account/superuser/agreement", version=IN_FORCE),
    "superusers.leave": _fixed("/account/superuser"),
    "superusers.create_invitation": _fixed("/admin/superusers", person="Not yet invited", note=""),
    "superusers.decide": lambda c: (f"{_membership_address(c)}/decision", {"answer": "approve"}),
    "superusers.change_tier": lambda c: (f"{_membership_address(c)}/tier", {"tier": "2"}),
    "superusers.extend_membership": lambda c: (f"{_membership_address(c)}/review", {}),
    "superusers.end_membership": lambda c: (_membership_address(c), {"reason": "As agreed"}),
}
