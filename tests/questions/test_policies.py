"""Who may do what with questions and answers: the whole table."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from community.core import clock
from community.core.authz import BOARD_ROLES, GUEST, BoardRoles
from community.questions import policies
from community.questions.models import POSITIVE_CLOSE_REASONS, STAFF_CLOSE_REASONS

ASKER, HELPER = 1, 2
HERE, ELSEWHERE = 5, 6
ROLES = ("superuser", "moderator", "agent", "admin")
STAFF = {"moderator", "agent", "admin", "moderator here", "agent here"}
BYSTANDERS = {"member", "moderator elsewhere", "agent elsewhere"}
NOW = clock.now()


@dataclass(frozen=True)
class Somebody:
    """A viewer without a database."""

    viewer_id: int | None
    role_names: frozenset[str] = frozenset({"member"})
    board_roles: BoardRoles = field(default_factory=dict)
    group_ids: frozenset[int] = frozenset()
    silenced_until: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """A question or an answer without a database."""

    author_id: int = ASKER
    board_id: int = HERE
    visibility: str = "published"
    created_at: datetime = NOW
    status: str = "open"
    is_locked: bool = False
    awaits_asker: bool = False
    ended_at: datetime | None = None
    kind: str = "question"


def _viewers():
    silenced = clock.now() + timedelta(days=1)
    viewers = {
        "guest": GUEST,
        "asker": Somebody(ASKER),
        "silenced asker": Somebody(ASKER, silenced_until=silenced),
        "asker silenced once": Somebody(ASKER, silenced_until=clock.now() - timedelta(days=1)),
        "member": Somebody(9),
        "silenced member": Somebody(9, silenced_until=silenced),
    }
    for role in ROLES:
        viewers[role] = Somebody(9, frozenset({"member", role}))
    for role in BOARD_ROLES:
        viewers[f"{role} here"] = Somebody(9, board_roles={HERE: frozenset({role})})
        viewers[f"{role} elsewhere"] = Somebody(9, board_roles={ELSEWHERE: frozenset({role})})
    return viewers


VIEWERS = _viewers()
ASKERS = {"asker", "asker silenced once"}
WRITERS = ASKERS | BYSTANDERS | STAFF | {"superuser"}
OPEN = Facts()
ANSWER = Facts(author_id=HELPER)


@pytest.fixture(autouse=True)
def _settings(app):
    """Policies read from the settings with how many points a power opens."""


def _allowed(ask):
    return {name for name, viewer in VIEWERS.items() if ask(viewer)}


@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        (OPEN, WRITERS),
        (replace(OPEN, status="answered"), WRITERS),
        (replace(OPEN, status="solved"), WRITERS),
        (replace(OPEN, status="support"), WRITERS),
        (replace(OPEN, status="closed"), set()),
        (replace(OPEN, is_locked=True), set()),
        (replace(OPEN, visibility="hidden"), set()),
        (replace(OPEN, visibility="held"), set()),
        (replace(OPEN, visibility="deleted"), set()),
    ],
)
def test_who_may_answer(question, allowed):
    assert _allowed(lambda v: policies.can_answer_question(v, question)) == allowed


@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        (OPEN, WRITERS),
        (replace(OPEN, status="closed"), WRITERS),
        (replace(OPEN, is_locked=True), set()),
        (replace(OPEN, visibility="hidden"), set()),
    ],
)
def test_who_may_comment(question, allowed):
    assert _allowed(lambda v: policies.can_comment(v, question, question)) == allowed


@pytest.mark.parametrize(
    ("question", "answer", "allowed"),
    [
        (OPEN, ANSWER, ASKERS | STAFF),
        (replace(OPEN, status="solved"), ANSWER, ASKERS | STAFF),
        (replace(OPEN, status="closed"), ANSWER, ASKERS | STAFF),
        (replace(OPEN, is_locked=True), ANSWER, STAFF),
        (OPEN, replace(ANSWER, visibility="hidden"), set()),
        (OPEN, replace(ANSWER, visibility="held"), set()),
        (replace(OPEN, visibility="deleted"), ANSWER, set()),
        (OPEN, Facts(author_id=ASKER), ASKERS | STAFF),
    ],
)
def test_who_may_accept(question, answer, allowed):
    assert _allowed(lambda v: policies.can_accept_answer(v, question, answer)) == allowed


@pytest.mark.parametrize(
    ("question", "allowed"),
    [(replace(OPEN, status="solved"), ASKERS | STAFF), (replace(OPEN, is_locked=True), STAFF)],
)
def test_who_may_take_an_acceptance_back(question, allowed):
    assert _allowed(lambda v: policies.can_unaccept_answer(v, question)) == allowed


@pytest.mark.parametrize("reason", [*POSITIVE_CLOSE_REASONS, *STAFF_CLOSE_REASONS, None])
@pytest.mark.parametrize("status", ["open", "answered", "solved", "support", "closed"])
@pytest.mark.parametrize("is_locked", [False, True])
@pytest.mark.parametrize("visibility", ["published", "hidden"])
def test_who_may_close(reason, status, is_locked, visibility):
    question = replace(OPEN, status=status, is_locked=is_locked, visibility=visibility)
    allowed = set(STAFF)
    if reason not in STAFF_CLOSE_REASONS and not is_locked:
        allowed |= ASKERS
    if reason == "duplicate" and not is_locked:
        allowed.add("superuser")
    if status in ("solved", "closed") or visibility != "published":
        allowed = set()
    assert _allowed(lambda v: policies.can_close_question(v, question, reason)) == allowed


@pytest.mark.parametrize(
    ("question", "days", "allowed"),
    [
        (replace(OPEN, status="closed"), 1, ASKERS | STAFF),
        (replace(OPEN, status="closed", created_at=clock.now() - timedelta(99)), 1, ASKERS | STAFF),
        (replace(OPEN, status="closed"), 31, STAFF),
        (replace(OPEN, status="closed", is_locked=True), 1, STAFF),
        (replace(OPEN, status="closed", visibility="hidden"), 1, set()),
        (replace(OPEN, status="open"), 1, set()),
        (replace(OPEN, status="solved"), 1, set()),
    ],
)
def test_who_may_reopen(question, days, allowed):
    closed_at = clock.now() - timedelta(days=days)
    may = policies.can_reopen_question
    assert _allowed(lambda v: may(v, question, closed_at=closed_at)) == allowed


@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        (OPEN, STAFF | {"superuser"}),
        (replace(OPEN, status="answered"), STAFF | {"superuser"}),
        (replace(OPEN, awaits_asker=True), set()),
        (replace(OPEN, status="solved"), set()),
        (replace(OPEN, status="closed"), set()),
        (replace(OPEN, visibility="hidden"), set()),
        (replace(OPEN, author_id=9), set()),
    ],
)
def test_who_may_ask_for_facts(question, allowed):
    assert _allowed(lambda v: policies.can_request_info(v, question)) == allowed


@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        (OPEN, WRITERS - ASKERS),
        (replace(OPEN, status="closed"), WRITERS - ASKERS),
        (replace(OPEN, visibility="held"), set()),
    ],
)
def test_who_may_say_me_too(question, allowed):
    assert _allowed(lambda v: policies.can_say_me_too(v, question)) == allowed


def test_who_may_lock():
    moderating = {"moderator", "admin", "moderator here"}
    assert _allowed(lambda v: policies.can_lock_question(v, OPEN)) == moderating
