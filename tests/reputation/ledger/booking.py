"""Acts that earn points, and what the ledger says of them afterwards."""

from sqlalchemy import delete, select, update

from community.core.db import db, transaction
from community.core.jobs import EventRecord, Job, registry
from community.identity.models import User
from community.posts.models import Post
from community.posts.operations import give_kudos, take_kudos_back
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.questions import lock_question
from reputation.ledger.models import LedgerEntry
from reputation.ledger.rebuild import Rebuilt, rebuild_ledger
from reputation.ledger.verify import Broken, verify_ledger
from tests.factories.community import load_user, make_user


def make_member(**values: object) -> User:
    """Make a member whose account brings no point by itself."""
    user = make_user(**values)
    with transaction():
        db.session.execute(update(User).where(User.id == user.id).values(confirmed_at=None))
    user.confirmed_at = None
    return user


def thank(giver: User, post: Post) -> None:
    """Give kudos."""
    with transaction():
        give_kudos(load_user(giver.id), db.session.get_one(Post, post.id))


def take_back(giver: User, post: Post) -> None:
    """Undo kudos."""
    with transaction():
        take_kudos_back(load_user(giver.id), db.session.get_one(Post, post.id))


def unaccept(actor: User, answer: Post) -> None:
    """Take an acceptance back."""
    with transaction():
        question = lock_question(answer.root_id or 0)
        unaccept_answer(actor, question, db.session.get_one(type(answer), answer.id))


def deliver(event_id: int) -> None:
    """Let the ledger hear of an event, as a worker would."""
    with transaction():
        record = db.session.get_one(EventRecord, event_id)
        for name in registry.subscribers.get(record.name, ()):
            if name.startswith("reputation.ledger."):
                event = registry.event_classes[record.name](**record.payload)
                registry.find(name)(event, event_id=record.id)


def deliver_waiting() -> None:
    """Let the ledger hear of all it has not heard of; nobody else is told."""
    with transaction():
        ids = db.session.scalars(
            select(Job.event_id).where(Job.task.like("reputation.ledger.%")).order_by(Job.id)
        ).all()
        db.session.execute(delete(Job))
    for event_id in ids:
        deliver(event_id or 0)


def points_of(user: User) -> int:
    """Deliver all events and return a member's points."""
    deliver_waiting()
    with transaction():
        return db.session.scalars(select(User.points).where(User.id == user.id)).one()


def entries_of(user: User) -> list[tuple[str, int]]:
    """Return causes and amounts of a member's entries in the order they were booked."""
    with transaction():
        rows = db.session.execute(
            select(LedgerEntry.cause, LedgerEntry.amount)
            .where(LedgerEntry.user_id == user.id)
            .order_by(LedgerEntry.id)
        )
        return [(cause, amount) for cause, amount in rows]


def broken() -> list[Broken]:
    """Return every invariant that does not hold."""
    with transaction():
        return [found for _, found in verify_ledger() if found]


def assert_sound() -> None:
    """Every invariant holds, and a rebuild finds nothing to do."""
    assert broken() == []
    rebuilt = rebuild_ledger()
    assert (rebuilt.entries, rebuilt.balances) == (0, 0)


def rebuild() -> Rebuilt:
    """Rebuild the ledger."""
    return rebuild_ledger()
