"""What hands a question over at once: words of alarm, a spike, an asker saying so twice, people."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from community.core.db import transaction
from community.core.errors import NotAllowed
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.escalation.triggers.alarms import USUAL, holds_one, read_words
from community.escalation.triggers.operations.handing import (
    WaitNotOver,
    hand_over_by_hand,
)
from community.escalation.triggers.operations.signals import say_unsolved
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.questions import lock_question, say_me_too
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.factories.handovers import MONDAY, cases_of, make_rule, moment, triggers_of

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday(app: Flask) -> Iterator[None]:
    with moment(MONDAY):
        yield


@pytest.mark.parametrize(
    ("body", "trigger"),
    [
        ("It got hot and then it CAUGHT  FIRE on my desk, what now?", "danger"),
        ("Der Akku aufgebläht, das Gehäuse geht schon auf. Was soll ich tun?", "danger"),
        ("In the app I see someone else’s bill, with name and address.", "data_leak"),
        ("Ich sehe plötzlich fremde Daten in meinem Konto, wie kann das sein?", "data_leak"),
        ("If this is not fixed I will cancel my contract this week.", "leaving"),
        ("Wenn das so bleibt, werde ich kündigen. Das reicht mir jetzt.", "leaving"),
    ],
)
def test_words_of_alarm_hand_over_at_once(body: str, trigger: str) -> None:
    question = make_question(body=body)
    assert triggers_of(question) == [(trigger, 1)]
    urgent = trigger != "leaving"
    assert cases_of(question)[0].priority == ("urgent" if urgent else "high")


@pytest.mark.parametrize(
    "body",
    [
        "The light burns red and nothing else happens at all.",
        "Die LED brennt rot und sonst passiert gar nichts.",
        "> It caught fire!\n\nThat is what the other thread says. Mine is just slow.",
    ],
)
def test_harmless_words_and_quotations_do_not(body: str) -> None:
    assert triggers_of(make_question(body=body)) == []


def test_others_are_heard_about_danger_but_only_the_asker_about_leaving() -> None:
    question = make_question()
    make_answer(question, body="You can cancel my contract, I told them, and it helped at once.")
    assert triggers_of(question) == []
    make_answer(question, body="Careful: mine caught fire after that. Unplug it right now.")
    assert triggers_of(question) == [("danger", 1)]


def test_staff_may_speak_of_danger() -> None:
    question = make_question()
    make_answer(question, make_user(role="agent"), "Should it be on fire, call 112 at once.")
    assert triggers_of(question) == []


def test_the_same_alarm_is_raised_once() -> None:
    asker = make_user()
    question = make_question(asker, body="It caught fire yesterday, and I am afraid of it.")
    make_comment(question, question, asker, "It caught fire again just now!")
    assert triggers_of(question) == [("danger", 1)]
    assert len(cases_of(question)) == 1


def test_boards_that_are_left_out_raise_no_alarm() -> None:
    board = make_board()
    make_rule(board.id, is_on=False)
    assert triggers_of(make_question(board=board, body="It caught fire, what now, please?")) == []


def test_every_usual_word_can_be_looked_for() -> None:
    for words in USUAL.values():
        for word in words:
            assert holds_one(f"So: {word.replace('*', 'x')}!", [word])


def test_lists_are_read_line_by_line() -> None:
    assert read_words(" on  fire \n\nsmoke*\non fire\n") == ["on fire", "smoke*"]


def join(question: Question, count: int) -> None:
    for _ in range(count):
        member = make_user()
        with transaction():
            say_me_too(member, lock_question(question.id))


def test_many_me_toos_within_a_day_hand_over() -> None:
    question = make_question()
    join(question, 4)
    assert triggers_of(question) == []
    join(question, 2)
    assert triggers_of(question) == [("me_too", 1)]
    assert cases_of(question)[0].priority == "high"


def test_me_toos_that_come_slowly_are_no_spike() -> None:
    question = make_question()
    join(question, 4)
    with moment(MONDAY + 25 * HOUR):
        join(question, 4)
        assert triggers_of(question) == []


def test_a_board_says_how_many_are_a_spike() -> None:
    few, never = make_board(), make_board()
    make_rule(few.id, me_too_count=2)
    make_rule(never.id, me_too_count=0)
    one, other = make_question(board=few), make_question(board=never)
    join(one, 2)
    join(other, 6)
    assert triggers_of(one) == [("me_too", 1)]
    assert triggers_of(other) == []


def say(asker: User, question: Question) -> bool:
    with transaction():
        return say_unsolved(asker, lock_question(question.id))


def test_the_second_time_an_asker_says_so_the_team_helps() -> None:
    asker = make_user()
    question = make_question(asker)
    make_answer(question)
    assert say(asker, question)
    assert not say(asker, question)
    assert triggers_of(question) == []
    make_answer(question)
    assert say(asker, question)
    assert triggers_of(question) == [("still_unsolved", 1)]


def test_taking_an_acceptance_back_says_so_too() -> None:
    asker = make_user()
    question = make_question(asker)
    for _ in range(2):
        answer = make_answer(question)
        make_acceptance(answer, asker)
        with transaction():
            unaccept_answer(asker, lock_question(question.id), reloaded(answer))
    assert triggers_of(question) == [("still_unsolved", 1)]


def test_accepting_another_answer_instead_does_not() -> None:
    asker = make_user()
    question = make_question(asker)
    for _ in range(3):
        make_acceptance(make_answer(question), asker)
    assert triggers_of(question) == []


def reloaded(post: Post) -> Post:
    found: Post = reload(post)
    return found


def test_only_the_asker_says_so_and_only_about_answers() -> None:
    asker = make_user()
    question = make_question(asker)
    with pytest.raises(NotAllowed):
        say(asker, question)
    make_answer(question)
    with pytest.raises(NotAllowed):
        say(make_user(), question)


def hand_over(actor: User, question: Question, reason: str = "Nobody here can help.") -> None:
    with transaction():
        hand_over_by_hand(actor, lock_question(question.id), reason)


@pytest.mark.parametrize("role", ["agent", "moderator", "admin", "superuser"])
def test_staff_and_superusers_hand_over_with_a_reason(role: str) -> None:
    question, actor = make_question(), make_user(role=role)
    with pytest.raises(ReasonUnfit):
        hand_over(actor, question, " ")
    hand_over(actor, question)
    assert triggers_of(question) == [("by_hand", 1)]
    with pytest.raises(NotAllowed):
        hand_over(actor, question)


def test_members_do_not_hand_over_what_others_asked() -> None:
    question = make_question()
    with pytest.raises(NotAllowed):
        hand_over(make_user(), question)


def test_askers_call_the_team_after_the_wait() -> None:
    asker = make_user()
    question = make_question(asker)
    make_answer(question)
    run_due_jobs()
    with moment(MONDAY + timedelta(days=3) - HOUR), pytest.raises(WaitNotOver):
        hand_over(asker, question)
    with moment(MONDAY + timedelta(days=3)):
        hand_over(asker, question)
    assert triggers_of(question) == [("by_asker", 1)]


def test_somebody_gone_raises_no_alarm() -> None:
    asker = make_user()
    question = make_question(asker)
    with transaction():
        found = reload(asker)
        found.active = False
    make_answer(question, body="Careful: mine caught fire after that. Unplug it right now.")
    assert triggers_of(question) == []
