"""Customers agree or decline: once, in time, and to exactly the text they read."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.boards.models import Board
from community.core.audit import Action, AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.worker import run_due_jobs
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations.messages import message_privately, receive_message
from community.escalation.cases.operations.opening import open_case
from community.escalation.cases.operations.states import close_as_spam, solve
from community.escalation.publishing.errors import PublicationOver
from community.escalation.publishing.models import Publication
from community.escalation.publishing.operations.answering import agree, decline
from community.escalation.publishing.operations.forgetting import forget_publications
from community.escalation.publishing.policies import OPEN_FOR
from community.escalation.publishing.tokens import address_hash
from community.escalation.sla.models import SlaClock
from community.identity.models import User
from community.identity.names import STAND_IN, shown_name
from community.identity.people import Person
from community.notifications.models import Notification
from community.posts.errors import UnfitText
from community.posts.models import Post, Watch
from community.questions.models import Question
from tests.factories.community import days_ago, make_user, reload
from tests.factories.publishing import ask_customer
from tests.factories.support import make_agent, make_support_case

WORDS = "My number is 0151 23456789 and the cat is called Zwirbel."


def _case(requester: User | None = None, **values: Any) -> SupportCase:
    return make_support_case(requester=requester, body=WORDS, **values)


def _stranger() -> SupportCase:
    given = {"trigger": "mail", "subject": "Roaming", "language": "en", "channel": "mail"}
    with transaction():
        return open_case(SYSTEM, requester_email="max@example.net", body=WORDS, **given)


def _agree(publication: Publication, *, is_named: bool = False, text: str = "") -> Question:
    with transaction():
        return agree(
            publication.id,
            text_hash=text or publication.text_hash,
            is_named=is_named,
            way="page",
        )


def _decline(publication: Publication, reason: str = "") -> None:
    with transaction():
        decline(publication.id, text_hash=publication.text_hash, way="link", reason=reason)


def _published() -> int:
    return db.session.scalar(select(func.count(Question.id))) or 0


def _entries(action: Action) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action.value)))


def _told(user_id: int, kind: str) -> list[str]:
    run_due_jobs()
    found = select(Notification.note).where(
        Notification.user_id == user_id, Notification.kind == kind
    )
    return list(db.session.scalars(found.order_by(Notification.id)))


def test_nothing_is_published_before_the_customer_agrees(app: Flask) -> None:
    customer = make_user()
    case = _case(customer)
    ask_customer(case)
    assert _published() == 0
    assert reload(case).state == "pending"
    assert _told(customer.id, "support") == [f"consent:{case.id}"]


def test_what_is_published_is_word_by_word_what_was_agreed_to(app: Flask) -> None:
    customer = make_user()
    case = _case(customer)
    publication = ask_customer(case)
    question = reload(_agree(publication))
    assert (question.title, question.body) == (publication.title, publication.body)
    assert question.visibility == "published"
    kept = reload(publication)
    assert (kept.answer, kept.way, kept.question_id) == ("agreed", "page", question.id)
    assert kept.customer_id == customer.id
    assert kept.answered_at is not None


def test_the_case_is_handed_back_as_the_question_and_its_clocks_go_on(app: Flask) -> None:
    case = _case()
    question = reload(_agree(ask_customer(case)))
    case = reload(case)
    assert (case.state, case.question_id, case.board_id) == (
        "returned",
        question.id,
        question.board_id,
    )
    assert question.spotlight_until is not None
    states = set(db.session.scalars(select(SlaClock.state).where(SlaClock.case_id == case.id)))
    assert "running" in states
    assert "paused" not in states


def test_who_does_not_choose_stays_unnamed_and_still_hears_of_answers(app: Flask) -> None:
    customer = make_user()
    question = reload(_agree(ask_customer(_case(customer))))
    author = db.session.get_one(User, question.author_id)
    assert author.id != customer.id
    assert author.display_name == STAND_IN
    assert "support team" in shown_name(author.display_name)
    assert not Person(1, STAND_IN, "member", question.asked_at, 0).is_new
    watched = select(Watch.id).where(Watch.user_id == customer.id, Watch.post_id == question.id)
    assert db.session.scalar(watched) is not None


def test_all_who_stay_unnamed_share_one_account_to_which_nobody_signs_in(app: Flask) -> None:
    first, second = (_agree(ask_customer(_case())) for _ in range(2))
    assert reload(first).author_id == reload(second).author_id
    author = db.session.get_one(User, reload(first).author_id)
    assert (author.email, author.password, author.active) == (None, None, False)


def test_whoever_wants_to_is_the_asker_by_name(app: Flask) -> None:
    customer = make_user()
    publication = ask_customer(_case(customer))
    question = reload(_agree(publication, is_named=True))
    assert question.author_id == customer.id
    assert reload(publication).is_named


def test_a_stranger_is_published_without_name_or_address(app: Flask) -> None:
    publication = ask_customer(_stranger())
    assert publication.address_hash == address_hash("Max@example.net")
    question = reload(_agree(publication, is_named=True))
    assert db.session.get_one(User, question.author_id).display_name == STAND_IN
    assert not reload(publication).is_named
    posts = " ".join(db.session.scalars(select(Post.body)))
    assert "example.net" not in posts
    assert "Zwirbel" not in posts


def test_an_answer_counts_once(app: Flask) -> None:
    publication = ask_customer(_case())
    _agree(publication)
    for again in (_agree, _decline):
        with pytest.raises(PublicationOver):
            again(publication)
    assert _published() == 1
    assert len(_entries(Action.PUBLICATION_ANSWERED)) == 1


def test_the_answer_is_audited_with_the_text_and_the_way(app: Flask) -> None:
    customer = make_user()
    publication = ask_customer(_case(customer))
    _agree(publication)
    [entry] = _entries(Action.PUBLICATION_ANSWERED)
    assert entry.actor_id == customer.id
    assert entry.after == {
        "publication_id": publication.id,
        "answer": "agreed",
        "way": "page",
        "text_hash": publication.text_hash,
    }


def test_declined_it_stays_private_and_the_agent_hears(app: Flask) -> None:
    agent, case = make_agent(), _case()
    publication = ask_customer(case, agent=agent)
    _decline(publication)
    assert _published() == 0
    assert (reload(publication).answer, reload(case).state) == ("declined", "open")
    assert _told(agent.id, "customer") == [f"declined:{case.id}"]
    with pytest.raises(PublicationOver):
        _agree(publication)


def test_why_it_was_declined_is_a_private_message(app: Flask) -> None:
    case = _case()
    _decline(ask_customer(case), "My neighbour reads along there.")
    last = select(CaseMessage).where(CaseMessage.case_id == case.id).order_by(CaseMessage.id.desc())
    message = db.session.scalars(last.limit(1)).one()
    assert (message.kind, message.direction) == ("private", "in")
    assert message.body == "My neighbour reads along there."


def test_an_unfit_reason_declines_nothing(app: Flask) -> None:
    publication = ask_customer(_case())
    with pytest.raises(UnfitText) as refusal:
        _decline(publication, "x")
    assert "reason" in refusal.value.errors
    assert reload(publication).answer == ""


def test_the_agent_hears_that_the_customer_agreed(app: Flask) -> None:
    agent, case = make_agent(), _case()
    _agree(ask_customer(case, agent=agent))
    assert _told(agent.id, "customer") == [f"agreed:{case.id}"]


def test_another_text_than_the_one_that_was_shown_is_not_agreed_to(app: Flask) -> None:
    publication = ask_customer(_case())
    with pytest.raises(PublicationOver):
        _agree(publication, text="0" * 64)
    assert _published() == 0


def test_a_changed_text_needs_a_new_consent(app: Flask) -> None:
    agent, case = make_agent(), _case()
    first = ask_customer(case, agent=agent)
    board = reload(first).board_id
    second = ask_customer(case, agent=agent)
    assert reload(first).answer == "withdrawn"
    assert board != second.board_id
    with pytest.raises(PublicationOver):
        _agree(first)
    _agree(second)
    assert _published() == 1


def test_a_text_that_was_tampered_with_is_not_published(app: Flask) -> None:
    publication = ask_customer(_case())
    with transaction():
        changed = update(Publication).where(Publication.id == publication.id)
        db.session.execute(changed.values(body="Something quite different stands here now."))
    with pytest.raises(PublicationOver):
        _agree(publication)


def test_after_two_weeks_nobody_waits_for_an_answer(app: Flask) -> None:
    publication = ask_customer(_case())
    with transaction():
        old = update(Publication).where(Publication.id == publication.id)
        db.session.execute(old.values(asked_at=days_ago(OPEN_FOR / timedelta(days=1))))
    for answer in (_agree, _decline):
        with pytest.raises(PublicationOver):
            answer(publication)


def test_what_was_settled_meanwhile_is_not_published(app: Flask) -> None:
    agent = make_agent()
    solved, spam = _case(), _case()
    texts = [ask_customer(case, agent=agent) for case in (solved, spam)]
    with transaction():
        solve(agent, solved.id, outcome="answered", contact_reason="how_to")
        close_as_spam(agent, spam.id)
    for publication in texts:
        with pytest.raises(PublicationOver):
            _agree(publication)
    assert _published() == 0


def test_who_lost_the_board_meanwhile_is_not_published_there(app: Flask) -> None:
    publication = ask_customer(_stranger())
    with transaction():
        db.session.get_one(Board, publication.board_id).audience = "staff"
    with pytest.raises(NotAllowed):
        _agree(publication)
    assert _published() == 0


def test_who_may_not_write_is_not_named(app: Flask) -> None:
    customer = make_user()
    publication = ask_customer(_case(customer))
    with transaction():
        db.session.get_one(User, customer.id).silenced_until = days_ago(-7)
    with pytest.raises(NotAllowed):
        _agree(publication, is_named=True)
    _agree(publication)


def test_a_closed_account_agrees_to_nothing(app: Flask) -> None:
    customer = make_user()
    publication = ask_customer(_case(customer))
    with transaction():
        db.session.get_one(User, customer.id).active = False
    with pytest.raises(PublicationOver):
        _agree(publication)


def test_nothing_that_was_never_asked_is_answered(app: Flask) -> None:
    with pytest.raises(NotFound), transaction():
        agree(4711, text_hash="", is_named=False, way="link")


def test_private_words_stay_private_after_the_publication(app: Flask) -> None:
    agent, case = make_agent(), _case()
    _agree(ask_customer(case, agent=agent))
    with transaction():
        message_privately(agent, case.id, "Only between us: the mast is down.")
    posts = " ".join(db.session.scalars(select(Post.body)))
    assert "Zwirbel" not in posts
    assert "mast" not in posts


def test_a_later_case_of_an_unnamed_question_is_its_askers(app: Flask) -> None:
    customer, agent = make_user(), make_agent()
    case = _case(customer)
    question = _agree(ask_customer(case, agent=agent))
    with transaction():
        close_as_spam(agent, case.id)
        given = {"subject": question.title, "language": "en"}
        later = open_case(SYSTEM, trigger="unanswered", question_id=question.id, **given)
    assert later.id != case.id
    assert later.requester_id == customer.id
    with transaction():
        receive_message(later.id, from_user=customer, body="Thank you for looking.")


def test_texts_of_long_closed_cases_are_emptied_and_the_consent_stays(app: Flask) -> None:
    agent, case = make_agent(), _case()
    publication = ask_customer(case, agent=agent)
    _agree(publication)
    with transaction():
        close_as_spam(agent, case.id)
        old = update(SupportCase).where(SupportCase.id == case.id)
        db.session.execute(old.values(closed_at=days_ago(800)))
        forget_publications(timedelta(days=730))
    kept = reload(publication)
    assert (kept.title, kept.body, kept.tags) == ("–", "", "")
    assert (kept.answer, kept.text_hash) == ("agreed", publication.text_hash)
