"""Every request that changes something, filled with what it would be carried out on.

``tests/test_policy_table.py`` sends each of them as every role, about three targets: what is one's
own, somebody else's on the board that the board's staff look after, somebody else's on another.
Routes about posts are sent about a question, an answer and a comment each.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_security import hash_password
from sqlalchemy import update

from community.boards.models import Board
from community.core import clock
from community.core.db import db, transaction
from community.identity.models import Group, Passkey, User, UserSession
from community.identity.operations.sessions import open_session
from community.notifications.models import Notification
from community.posts.models import Post
from community.posts.operations import watch
from community.questions.operations.closures import close_question
from community.questions.operations.questions import lock_question, lock_writing
from reputation.badges.models import BadgeGrant
from reputation.payback.models import Charity, PaybackPeriod, PayoutLine, PeriodState
from reputation.payouts.operations import import_settlement
from reputation.superusers.models import SuperuserMembership
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_group,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.policy_accounts import account_requests
from tests.policy_cases import Cases, case_requests, hide_by_flags, make_cases
from tests.policy_connectors import connector_requests, make_failed_link
from tests.policy_csat import csat_requests, make_solved
from tests.policy_deadlines import make_deadlines
from tests.policy_handover import handover_requests
from tests.policy_images import Images, image_requests, make_images
from tests.policy_macros import macro_requests, make_shared_macro
from tests.policy_money import POINT_REQUESTS, owned
from tests.policy_points import PointsWorld, make_points
from tests.policy_sanctions import Sanctions, make_sanctions, sanction_requests
from tests.policy_screening import Words, make_words, screening_requests
from tests.policy_staff import make_notes, staff_requests
from tests.policy_suggestions import Suggestions, make_suggestions, suggestion_requests
from tests.policy_support import SupportCases, make_support_cases, support_requests
from tests.policy_teams import make_spare, team_requests
from tests.policy_tools import make_regrouping, propose_original, tool_requests
from tests.reputation.payouts.runs import Run, make_run, references, report

PASSWORD = "ferry boat lantern"
# The badge "beyond", which can be given many times.
GIVEN_BY_HAND = 16
TARGETS = ("own", "others", "elsewhere")
VARIANTS = ("bare", "answered", "solved", "closed", "locked", "hidden", "proposed")
TEXT = "Take the card out, wait for a minute and put it back in again."

Form = dict[str, Any]


@dataclass
class Content:
    """A question in some state; ``answer_id`` is 0 where it has none."""

    question_id: int
    answer_id: int = 0


@dataclass
class World:
    """People by role, boards, and content by target and variant."""

    people: dict[str, User]
    author: User
    boards: dict[str, Board]
    group: Group
    content: dict[tuple[str, str], Content] = field(default_factory=dict)
    # By target, kind and whether it is hidden: the author's, on somebody else's question.
    replies: dict[tuple[str, str, bool], int] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    notifications: dict[str, int] = field(default_factory=dict)
    passkeys: dict[str, int] = field(default_factory=dict)
    points: PointsWorld = field(default_factory=PointsWorld)
    memberships: dict[str, int] = field(default_factory=dict)
    # Payout runs by how far they have come, a file of one and a payment that failed.
    runs: dict[str, Run] = field(default_factory=dict)
    batch: int = 0
    failed_line: int = 0
    # A charity that was proposed, and a period that is calculated.
    charity: int = 0
    period: int = 0
    grants: dict[str, int] = field(default_factory=dict)
    cases: Cases = field(default_factory=dict)
    sanctions: Sanctions = field(default_factory=dict)
    images: Images = field(default_factory=dict)
    words: Words = (0, 0)
    sla_policy: int = field(default_factory=make_deadlines)
    macro: int = 0
    failed_link: int = 0
    team: int = 0
    solved_cases: dict[str, int] = field(default_factory=dict)
    regroupings: dict[str, int] = field(default_factory=dict)
    proposer: User = field(default_factory=lambda: make_user("Proposer", role="superuser"))
    suggestions: Suggestions = field(default_factory=dict)
    support_cases: SupportCases = field(default_factory=dict)

    def hand_over(self, owner: User) -> None:
        """Make the content that counts as one's own this person's."""
        own = [made.question_id for (target, _), made in self.content.items() if target == "own"]
        own += [post_id for (target, *_), post_id in self.replies.items() if target == "own"]
        with transaction():
            db.session.execute(update(Post).where(Post.id.in_(own)).values(author_id=owner.id))


@dataclass(frozen=True)
class Cell:
    """One role and one target, of one kind where it is a post."""

    world: World
    role: str
    target: str
    kind: str = "question"

    @property
    def owner(self) -> User:
        """Whose the target is; a guest owns nothing."""
        people = self.world.people
        return (
            people.get(self.role, self.world.author) if self.target == "own" else self.world.author
        )

    @property
    def board(self) -> Board:
        """The board the target is on."""
        return self.world.boards["there" if self.target == "elsewhere" else "here"]

    def question(self, variant: str = "answered") -> int:
        """Return the id of a question."""
        return self.world.content[self.target, variant].question_id

    def answer(self, variant: str = "answered") -> int:
        """Return the id of its answer, which somebody else gave."""
        return self.world.content[self.target, variant].answer_id

    def post(self, variant: str = "answered") -> int:
        """Return the id of a post of this kind."""
        if self.kind == "question":
            return self.question(variant)
        return self.world.replies[self.target, self.kind, variant == "hidden"]


def make_people(board: Board) -> dict[str, User]:
    """Return one person a role; guests are nobody."""
    shared: Form = {"password": hash_password(PASSWORD), "language": "en"}
    return {
        "member": make_user("Plain member", **shared),
        "new member": make_user("New member", created_at=days_ago(0.01), **shared),
        "silenced member": make_user("Silent member", silenced_until=days_ago(-1), **shared),
        "superuser": make_user("Super user", role="superuser", **shared),
        "board moderator": make_user("Board keeper", on={board.id: "moderator"}, **shared),
        "board agent": make_user("Board helper", on={board.id: "agent"}, **shared),
        "moderator": make_user("Moderating", role="moderator", **shared),
        "agent": make_user("Agent", role="agent", **shared),
        "admin": make_user("Admin", role="admin", **shared),
    }


def make_world() -> World:
    """Write all that the requests need."""
    boards = {"here": make_board("here"), "there": make_board("there")}
    world = World(make_people(boards["here"]), make_user("Author"), boards, make_group("testers"))
    make_user("Not yet invited")
    for target in TARGETS:
        board = boards["there" if target == "elsewhere" else "here"]
        for variant in VARIANTS:
            world.content[target, variant] = _make_content(world, board, variant)
        _make_replies(world, board, target)
        world.regroupings[target] = make_regrouping(world.people["moderator"], board)
    for role, user in (*world.people.items(), ("author", world.author)):
        with transaction():
            row, _ = open_session(user, method="password", second_factor=True)
            told_of = world.content["others", "bare"].question_id
            note = Notification(
                user_id=user.id, kind="answer", post_id=told_of, question_id=told_of
            )
            passkey = Passkey(
                user_id=user.id, credential_id=role.encode(), public_key=b"key", name="Phone"
            )
            # Staff must keep one when another is removed.
            other = Passkey(
                user_id=user.id, credential_id=f"2 {role}".encode(), public_key=b"", name="Key"
            )
            helping = SuperuserMembership(
                user_id=user.id, state="active", origin="grant", tier=1, review_due_at=days_ago(1)
            )
            grant = BadgeGrant(badge_id=GIVEN_BY_HAND, user_id=user.id)
            db.session.add_all([row, note, passkey, other, helping, grant])
            db.session.flush()
            world.memberships[role] = helping.id
            world.passkeys[role], world.grants[role] = passkey.id, grant.id
            world.sessions[role], world.notifications[role] = row.id, note.id
            watch(user.id, person_id=world.people["agent"].id)
        world.solved_cases[role] = make_solved(user)
        world.cases |= make_cases(role, user, world.author)
        shown_in = {target: world.content[target, "bare"].question_id for target in TARGETS}
        world.images |= make_images(role, user, shown_in)
        make_notes(user, world.author)
    world.sanctions = make_sanctions({**world.people, "author": world.author})
    world.team, world.macro = make_spare(world.people), make_shared_macro(world.people["admin"])
    world.words = make_words(world.people["admin"])
    hide_by_flags(world)
    world.suggestions = _suggest(world)
    _make_cases_of_support(world)
    world.points = make_points(world.people, world.author, make_user("Another admin", role="admin"))
    _make_payback(world)
    _make_runs(world)
    return world


def _make_cases_of_support(world: World) -> None:
    world.support_cases = make_support_cases(world.people, world.author, world.boards)
    world.failed_link = make_failed_link()


def _suggest(world: World) -> Suggestions:
    """Let somebody suggest a change of each target's question, and everybody one elsewhere."""
    posts = {
        target: db.session.get_one(Post, world.content[target, "solved"].question_id)
        for target in TARGETS
    }
    return make_suggestions(world.people, world.author, posts)


def _make_runs(world: World) -> None:
    """Let there be a list to approve, one to pay, one that is being paid and one that is paid."""
    world.runs = {
        "locked": make_run(("credit", 5)),
        "approved": make_run(("credit", 5)).approved(),
        "paying": make_run(("credit", 5), ("credit", 6)).approved(),
        "paid": make_run(("roll", 5)).approved(),
    }
    batch = world.runs["paying"].export("credit")
    world.batch, world.failed_line = batch.id, world.runs["paying"].line_ids[1]
    failed = report(f"{references(batch)[1]},failed,,")
    with transaction():
        import_settlement(world.runs["paying"].preparer, batch.id, failed)


def _make_payback(world: World) -> None:
    """Let everybody have something to choose about, and administrators something to do."""
    now = clock.now()
    with transaction():
        charity = Charity(name="Sea rescue of the north", name_key="sea rescue of the north")
        chosen = PaybackPeriod(
            begins_at=days_ago(200),
            ends_at=days_ago(2),
            state=PeriodState.CHOICE_WINDOW,
            choice_opened_at=days_ago(1),
            choice_ends_at=now + timedelta(days=9),
        )
        later = PaybackPeriod(
            begins_at=days_ago(2), ends_at=days_ago(1), state=PeriodState.CALCULATED
        )
        db.session.add_all([charity, chosen, later])
        db.session.flush()
        world.charity, world.period = charity.id, later.id
        db.session.add_all(
            PayoutLine(period_id=chosen.id, user_id=user.id, earned=7, carried=0, amount=7)
            for user in world.people.values()
        )


def _make_content(world: World, board: Board, variant: str) -> Content:
    moderator = world.people["moderator"]
    question = make_question(world.author, board, tags="sim")
    if variant == "bare":
        return Content(question.id)
    if variant == "proposed":
        propose_original(world.proposer, question)
        return Content(question.id)
    answer = make_answer(question)
    if variant == "solved":
        make_acceptance(answer, moderator)
    if variant == "hidden":
        set_post_visibility(question, "hidden", moderator)
    with transaction():
        if variant == "closed":
            locked = lock_question(question.id)
            close_question(moderator, locked, reason="no_longer_needed")
        if variant == "locked":
            lock_writing(moderator, lock_question(question.id), "Too heated")
    return Content(question.id, answer.id)


def _make_replies(world: World, board: Board, target: str) -> None:
    for hidden in (False, True):
        question = make_question(board=board, tags="sim")
        answer = make_answer(question, world.author)
        comment = make_comment(question, question, world.author, "Which phone is it?")
        for post in (answer, comment):
            if hidden:
                set_post_visibility(post, "hidden", world.people["moderator"])
            world.replies[target, post.kind, hidden] = post.id


def _fixed(path: str, **form: Any) -> Callable[[Cell], tuple[str, Form]]:
    return lambda cell: (path, form)


def _passkey_address(cell: Cell) -> str:
    return f"/account/factors/passkeys/{owned(cell, cell.world.passkeys)}"


GROUP_NAMES = {"name_de": "Prüfer", "name_en": "Checkers"}
BADGE = {
    **GROUP_NAMES,
    "description_de": "Hat alles geprüft",
    "description_en": "Checked it all",
    "icon": "star",
    "enabled": "1",
}
EDIT = {"title": "A title that is long enough", "body": TEXT, "tags": "sim"}
LANGUAGES = {"language": "en", "reads_languages": "en", "time_zone": "Europe/Berlin"}
PREFERENCES = {**LANGUAGES, "theme": "dark", "bio": "Hello", "shortcuts": "1"}

# By endpoint: the address, and a form that would be carried out.
REQUESTS: dict[str, Callable[[Cell], tuple[str, Form]]] = {
    "account.agree": _fixed("/account/terms"),
    "account.change_email": _fixed("/account/email", email="new@example.org"),
    "account.change_password": _fixed("/account/password", password="harbour crane whistle"),
    "account.edit_name": _fixed("/account/name", display_name="Quite another name"),
    "account.sign_out_everywhere": _fixed("/account/sessions"),
    "account.sign_out_session": lambda c: (f"/account/sessions/{owned(c, c.world.sessions)}", {}),
    "account.add_passkey": _fixed("/account/factors/passkeys", name="Key", credential="{}"),
    "account.begin_totp": _fixed("/account/factors/totp"),
    "account.confirm_totp": _fixed("/account/factors/totp/confirmation", code="123456"),
    "account.make_registration_challenge": _fixed("/account/factors/passkeys/challenge"),
    "account.make_verify_challenge": _fixed("/verify/challenge"),
    "account.remove_passkey": lambda c: (_passkey_address(c), {}),
    "account.remove_totp": _fixed("/account/factors/totp"),
    "account.rename_passkey": lambda c: (_passkey_address(c), {"name": "My key"}),
    "account.renew_recovery_codes": _fixed("/account/factors/recovery-codes"),
    "account.verify": _fixed("/verify", password=PASSWORD, next="/tags"),
    "administration.save_audience": lambda c: (
        f"/admin/boards/{c.board.id}/audience",
        {"audience": "members"},
    ),
    "administration.create_badge": _fixed("/admin/badges", key="checker", **BADGE),
    "administration.save_badge": _fixed("/admin/badges/1", **BADGE),
    "badges.grant_badge": lambda c: (
        f"/badges/{GIVEN_BY_HAND}/grants",
        {"person": c.owner.display_name, "reason": "Always kind"},
    ),
    "badges.revoke_badge": lambda c: (
        f"/badges/{GIVEN_BY_HAND}/grants/{owned(c, c.world.grants)}",
        {"reason": "Given by mistake"},
    ),
    "administration.save_rank": _fixed(
        "/admin/ranks/1", needs_points="50", name_de="Stammgast", name_en="Regular"
    ),
    "administration.make_group": _fixed("/admin/groups", slug="checkers", **GROUP_NAMES),
    "administration.rename_group": lambda c: (f"/admin/groups/{c.world.group.id}", GROUP_NAMES),
    "administration.delete_group": lambda c: (f"/admin/groups/{c.world.group.id}", {}),
    "administration.add_member": lambda c: (
        f"/admin/groups/{c.world.group.id}/members",
        {"person": c.owner.display_name},
    ),
    "administration.remove_member": lambda c: (
        f"/admin/groups/{c.world.group.id}/members/{c.owner.id}",
        {},
    ),
    "administration.give_role": lambda c: (
        f"/admin/people/{c.owner.id}/roles",
        {"role": "moderator", "board": str(c.board.id)},
    ),
    "administration.fix_trust": lambda c: (
        f"/admin/people/{c.owner.id}/trust",
        {"level": "2", "reason": "Known from elsewhere"},
    ),
    "administration.free_trust": lambda c: (f"/admin/people/{c.owner.id}/trust", {}),
    "administration.link_person": lambda c: (
        f"/admin/people/{c.owner.id}/links",
        {"other": str(c.world.people["agent"].id), "why": "Told us so"},
    ),
    "administration.unlink_person": lambda c: (
        f"/admin/people/{c.owner.id}/links",
        {"other": str(c.world.people["agent"].id)},
    ),
    "administration.take_role": lambda c: (
        f"/admin/people/{c.owner.id}/roles",
        {"role": "moderator", "board": str(c.board.id)},
    ),
    **account_requests(PASSWORD),
    **POINT_REQUESTS,
    **image_requests(),
    **case_requests(),
    **sanction_requests(),
    **staff_requests(),
    **screening_requests(),
    **support_requests(),
    **(csat_requests() | macro_requests() | team_requests() | connector_requests()),
    "notifications.read_all": _fixed("/notifications/reading", newest="1"),
    "notifications.read_one": lambda c: (
        f"/notifications/{owned(c, c.world.notifications)}/reading",
        {},
    ),
    "notifications.save_preferences": _fixed("/preferences/notifications", bell="answer"),
    "notifications.unsubscribe": _fixed("/unsubscribe/nobodys"),
    "mail_in.take_mail": _fixed("/hooks/mail"),
    "notifications.watch_board": lambda c: (f"/boards/{c.board.slug}/watch", {}),
    "notifications.unwatch_board": lambda c: (f"/boards/{c.board.slug}/watch", {}),
    "notifications.watch_person": lambda c: (f"/users/{c.owner.id}/watch", {}),
    "notifications.unwatch_person": lambda c: (f"/users/{c.owner.id}/watch", {}),
    "notifications.watch_question": lambda c: (f"/questions/{c.question()}/watch", {}),
    "notifications.unwatch_question": lambda c: (f"/questions/{c.question()}/watch", {}),
    "notifications.watch_tag": _fixed("/tags/sim/watch"),
    "notifications.unwatch_tag": _fixed("/tags/sim/watch"),
    "posts.drop_draft": _fixed("/drafts/ask"),
    "posts.preview_text": _fixed("/preview", body=TEXT),
    "posts.save_draft": _fixed("/drafts", place="ask", body=TEXT),
    "preferences.edit_preferences": _fixed("/preferences", **PREFERENCES),
    "preferences.set_language": _fixed("/language", language="de"),
    "preferences.set_theme": _fixed("/theme", theme="dark"),
    "privacy.create_archive": _fixed("/account/data/archives"),
    "privacy.create_disabling": lambda c: (
        f"/admin/people/{c.owner.id}/disabling",
        {"reason": "Asked for it"},
    ),
    "privacy.create_erasure": lambda c: ("/account/data/erasure", {"name": c.owner.display_name}),
    "privacy.delete_disabling": lambda c: (f"/admin/people/{c.owner.id}/disabling", {}),
    "privacy.delete_erasure": _fixed("/account/data/erasure"),
    "privacy.order_account_erasure": lambda c: (
        f"/admin/people/{c.owner.id}/erasure",
        {"name": c.owner.display_name, "reason": "Asked for it"},
    ),
    "providers.connect_provider": _fixed("/account/providers/nobodys"),
    "providers.disconnect_provider": _fixed("/account/providers/nobodys"),
    "providers.make_account": _fixed("/sign-in/providers/nobodys/account"),
    "questions.close_question": lambda c: (
        f"/questions/{c.question()}/closure",
        {"reason": "no_longer_needed"},
    ),
    "questions.create_question": lambda c: ("/questions", {**EDIT, "board": c.board.slug}),
    "questions.reopen_question": lambda c: (f"/questions/{c.question('closed')}/closure", {}),
    "questions.request_info": lambda c: (
        f"/questions/{c.question()}/info-request",
        {"note": "Which phone is it?"},
    ),
    **handover_requests(),
    "questions.say_me_too": lambda c: (f"/questions/{c.question()}/me-too", {}),
    "questions.take_me_too_back": lambda c: (f"/questions/{c.question()}/me-too", {}),
    **tool_requests(),
    **suggestion_requests(),
    "likely.refuse_likely": lambda c: (f"/answers/{c.answer()}/likely-refusal", {}),
    "replies.accept_answer": lambda c: (f"/answers/{c.answer()}/acceptance", {}),
    "replies.create_answer": lambda c: (f"/questions/{c.question()}/answers", {"body": TEXT}),
    "replies.create_comment": lambda c: (f"/posts/{c.post()}/comments", {"body": TEXT}),
    "replies.save_tags": lambda c: (f"/posts/{c.question()}/tags", {"tags": "signal"}),
    "replies.create_revision": lambda c: (f"/posts/{c.post()}/revisions", EDIT),
    "replies.delete_post": lambda c: (f"/posts/{c.post('bare')}", {"reason": "Because"}),
    "replies.give_kudos": lambda c: (f"/posts/{c.post()}/kudos", {}),
    "replies.take_kudos_back": lambda c: (f"/posts/{c.post()}/kudos", {}),
    "replies.unaccept_answer": lambda c: (f"/answers/{c.answer('solved')}/acceptance", {}),
    "search.create_deflection": lambda c: (
        "/deflections",
        {"question_id": str(c.question()), "outcome": "solved", "title": "No signal"},
    ),
}
# Routes that lead from one to another: the first one routes by ``_method``.
SAME_AS = {"replies.remove_post": "replies.delete_post"}
# What these are about stands in the form, not in the address.
NAMED_IN_FORM = {"questions.create_question", "search.create_deflection"}
# Routes about posts; comments have no comments.
KINDS = {
    "replies.create_comment": ("question", "answer"),
    **dict.fromkeys(
        (
            *("replies.create_revision", "replies.delete_post", "replies.remove_post"),
            *("replies.give_kudos", "replies.take_kudos_back"),
            *("replies.hide_post", "replies.restore_post"),
            *("flags.create_flag", "flags.create_mending"),
        ),
        ("question", "answer", "comment"),
    ),
}


def is_done(cell: Cell, endpoint: str) -> bool | None:
    """Say whether what answers alike in any case was done; None where the answer says it."""
    if endpoint == "account.sign_out_session":
        return db.session.get(UserSession, owned(cell, cell.world.sessions)) is None
    if endpoint == "notifications.read_one":
        row_id = owned(cell, cell.world.notifications)
        return db.session.get_one(Notification, row_id, populate_existing=True).read_at is not None
    return None
