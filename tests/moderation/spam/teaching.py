"""Teach the spam score, and let moderators decide cases."""

from community.boards.models import Board
from community.core.db import db, transaction
from community.core.jobs import unheard
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from community.questions.operations.questions import ask_question
from moderation.cases.models import ModerationCase
from moderation.cases.operations import claim_case, decide_case, open_case
from moderation.spam.bayes import ENOUGH_LESSONS
from moderation.spam.models import HAM, SPAM
from moderation.spam.operations.learning import learn_post
from tests.factories.community import make_board, make_question, make_user

CASINO = "Win big at the best online casino, free bonus spins await at https://luck{0}.top now {0}"
PROBLEM = "My router {0} loses its connection each night although I restarted it, what can I do?"


def spam_texts(number: int) -> dict[str, str]:
    """Return the title and the body of an advertisement."""
    return {"title": f"Best casino bonus number {number}", "body": CASINO.format(number)}


def ham_texts(number: int) -> dict[str, str]:
    """Return the title and the body of a request for help."""
    return {"title": f"Router {number} loses its connection", "body": PROBLEM.format(number)}


def make_spam(number: int, author: User | None = None, board: Board | None = None) -> Question:
    """Post an advertisement."""
    return make_question(author, board, **spam_texts(number))


def make_ham(number: int, author: User | None = None, board: Board | None = None) -> Question:
    """Ask for help."""
    return make_question(author, board, **ham_texts(number))


def teach(lessons: int = ENOUGH_LESSONS + 5) -> list[Question]:
    """Teach enough of both kinds; returns the posts, spam and ham in turn."""
    board, author = make_board(), make_user()
    # Nobody hears of them: what the worker would do with seventy posts is tested elsewhere.
    with transaction(), unheard():
        posts = [
            ask_question(author, board, language="en", **texts(number))
            for number in range(lessons)
            for texts in (spam_texts, ham_texts)
        ]
        for place, post in enumerate(posts):
            learn_post(post.id, HAM if place % 2 else SPAM)
    return posts


def make_spam_case(post: Post, kind: str = "spam", **evidence: object) -> ModerationCase:
    """Open a case about a post."""
    with transaction():
        return open_case(
            kind,
            f"{kind}:{post.id}",
            subject_ids=[post.author_id],
            evidence=evidence or {"score": 66},
            post_id=post.id,
        )


def decide(keeper: User, case: ModerationCase, decision: str, *, rule: str = "") -> None:
    """Have a moderator claim and decide a case, and the worker do what follows."""
    for operation, args in (
        (claim_case, ()),
        (decide_case, (decision, "Seen by a person", rule)),
    ):
        with transaction():
            fresh = db.session.get_one(ModerationCase, case.id, populate_existing=True)
            operation(keeper, fresh, *args)  # type: ignore[operator]
    run_due_jobs()
