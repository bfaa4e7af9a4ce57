"""The list, the bell, preferences, watching and leaving by link."""

import re

import pytest
from sqlalchemy import select, update

from community.boards.models import Board
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.notifications.models import KINDS, Notification, NotificationSetting
from community.notifications.operations.unread import rebuild_unread
from community.notifications.tokens import (
    read_unsubscription,
    sign_unsubscription,
    unsubscription_for,
)
from community.posts.models import Post, Tag, Watch
from community.posts.operations import give_kudos, watch
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)


def make_answers(asker, count):
    question, helper = make_question(asker), make_user()
    for _ in range(count):
        make_answer(question, helper)
    run_due_jobs()
    return question


def test_guests_are_asked_to_sign_in(client):
    for path in ("/notifications", "/notifications/count", "/preferences/notifications"):
        assert client.get(path).status_code in (302, 303, 401), path


def test_the_list_says_who_did_what_and_marks_what_is_new(client):
    asker, helper = make_user(), make_user("Bea")
    question = make_question(asker, title="Why is my <i>phone</i> so slow?")
    make_answer(question, helper)
    run_due_jobs()
    page = client.sign_in(asker).get("/notifications")
    assert page.status_code == 200
    assert "Bea answered “Why is my &lt;i&gt;phone&lt;/i&gt; so slow?”" in page.text
    assert "data-unread" in page.text
    assert "<time" in page.text


@pytest.mark.parametrize("count", [20, 200])
def test_the_list_costs_the_same_for_many(app, client, count_statements, count):
    asker = make_user()
    make_answers(asker, count)
    client.sign_in(asker)
    client.get("/notifications")
    with count_statements() as statements:
        page = client.get("/notifications")
    selects = [each for each in statements if each.startswith("SELECT")]
    assert page.text.count('class="notice"') == 20
    assert len(selects) == 2, selects


def test_older_notifications_are_on_the_next_page(client):
    asker = make_user()
    make_answers(asker, 25)
    client.sign_in(asker)
    first = client.get("/notifications")
    older = re.search(r'href="(/notifications\?before=[^"]+)"', first.text)[1]
    second = client.get(older)
    assert second.text.count('class="notice"') == 5
    links = re.findall(r'class="notice__title" href="([^"]+)"', first.text + second.text)
    assert len(set(links)) == 25


@pytest.mark.parametrize("before", ["nonsense", "W10", "../..", "0" * 300])
def test_a_broken_page_address_shows_the_first_page(client, before):
    client.sign_in(make_user())
    assert client.get("/notifications", query_string={"before": before}).status_code == 200


def test_what_is_gone_is_left_out(client):
    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    answer = make_answer(question)
    run_due_jobs()
    set_post_visibility(answer, "hidden", moderator)
    page = client.sign_in(asker).get("/notifications")
    assert 'class="notice"' not in page.text


def test_a_board_closed_to_the_reader_is_left_out(client):
    asker = make_user()
    question = make_answers(asker, 1)
    with transaction():
        db.session.execute(
            update(Board).where(Board.id == question.board_id).values(audience="staff")
        )
    assert question.title not in client.sign_in(asker).get("/notifications").text


def test_others_notifications_are_not_shown(client):
    make_answers(make_user(), 1)
    assert 'class="notice"' not in client.sign_in(make_user()).get("/notifications").text


def test_looking_marks_nothing_and_the_button_marks_what_was_shown(client):
    asker = make_user()
    question = make_answers(asker, 2)
    client.sign_in(asker)
    page = client.get("/notifications")
    assert reload(asker).unread_count == 2
    newest = re.search(r'name="newest" value="(\d+)"', page.text)[1]
    make_answer(question)
    run_due_jobs()
    assert client.submit("/notifications/reading", {"newest": newest}).status_code == 303
    assert reload(asker).unread_count == 1
    with transaction():
        assert rebuild_unread() == 0


@pytest.mark.parametrize("newest", ["", "x", "-1", str(10**30)])
def test_a_strange_newest_does_no_harm(client, newest):
    client.sign_in(make_user())
    assert client.submit("/notifications/reading", {"newest": newest}).status_code == 303


def test_one_notification_is_marked_by_its_own_reader_only(client):
    asker = make_user()
    make_answers(asker, 2)
    one = db.session.scalars(select(Notification.id)).first()
    client.sign_in(make_user()).submit(f"/notifications/{one}/reading")
    assert reload(asker).unread_count == 2
    client.sign_in(asker).submit(f"/notifications/{one}/reading")
    assert reload(asker).unread_count == 1


def test_kudos_name_the_newest_and_count_the_others(client):
    author = make_user()
    question = make_question(author)
    for name in ("Uno", "Due", "Tre"):
        user = make_user(name)
        with transaction():
            give_kudos(user, db.session.get_one(Post, question.id))
    run_due_jobs()
    assert "Tre and 2 others thanked you" in client.sign_in(author).get("/notifications").text


# Their note is a code, not words: tests/reputation.
CODED = {
    *("decision", "points", "rules", "superuser", "trust", "flag", "case"),
    *("suggestion", "deadline", "support", "handed_over", "solved", "rating"),
    *("customer", "payment", "line", "undelivered", "welcome"),
}


def test_every_kind_has_words(client):
    from community.notifications.queries.entries import Entry
    from community.notifications.wording import KIND_LABELS, line_of, reason_of, stop_of, subject_of

    assert set(KIND_LABELS) == set(KINDS)
    for kind in KINDS:
        if kind in CODED:
            continue
        entry = Entry(1, kind, "Title", None, None, 2, "answer", 1, 1, "Title", "en", None)
        assert "Title" in line_of(entry)
        assert "Title" in subject_of(entry)
        assert reason_of(kind)
        assert stop_of(kind)


def test_the_bells_number_is_not_sent_again_while_it_is_the_same(client):
    asker = make_user()
    question = make_answers(asker, 1)
    client.sign_in(asker)
    first = client.get("/notifications/count")
    assert ">1</b>" in first.text
    again = client.get("/notifications/count", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    make_answer(question)
    run_due_jobs()
    later = client.get("/notifications/count", headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert ">2</b>" in later.text


def test_preferences_are_kept_and_followed(client, outbox):
    asker = make_user()
    client.sign_in(asker)
    page = client.get("/preferences/notifications")
    assert page.text.count('type="checkbox"') == 2 * len(KINDS)
    kinds = [kind for kind in KINDS if kind != "answer"]
    client.submit("/preferences/notifications", {"bell": kinds, "mail": ["answer"]})
    make_answers(asker, 1)
    assert reload(asker).unread_count == 0
    assert len(outbox) == 1
    assert 'class="notice"' not in client.get("/notifications").text
    client.submit("/preferences/notifications", {"bell": list(KINDS), "mail": []})
    assert reload(asker).unread_count == 1


def test_turning_a_kind_off_entirely_stores_nothing(client, outbox):
    asker = make_user()
    client.sign_in(asker).submit("/preferences/notifications", {})
    make_answers(asker, 1)
    assert db.session.scalars(select(Notification.id)).all() == []
    assert outbox == []


@pytest.mark.usefixtures("app")
def test_a_weaker_reason_counts_where_the_stronger_is_turned_off():
    asker = make_user("quietone")
    with transaction():
        db.session.add(
            NotificationSetting(user_id=asker.id, kind="mention", bell=False, mail=False)
        )
    make_answer(make_question(asker), None, "Hello @quietone, do restart the phone please.")
    run_due_jobs()
    assert db.session.scalars(select(Notification.kind)).all() == ["answer"]


def watched(user):
    """What the user watches, as the database has it now."""
    with transaction():
        rows = db.session.scalars(select(Watch).where(Watch.user_id == user.id).order_by(Watch.id))
        return [(row.post_id, row.board_id, row.tag_id, row.person_id, row.muted) for row in rows]


def test_questions_boards_tags_and_people_can_be_watched_and_left(client):
    board, person, user = make_board(), make_user(), make_user()
    question = make_question(make_user(), board, tags="esim")
    tag_id = db.session.scalars(select(Tag.id)).one()
    client.sign_in(user)
    targets = {
        f"/questions/{question.id}/watch": (question.id, None, None, None),
        f"/boards/{board.slug}/watch": (None, board.id, None, None),
        "/tags/esim/watch": (None, None, tag_id, None),
        f"/users/{person.id}/watch": (None, None, None, person.id),
    }
    for path, target in targets.items():
        assert client.submit(path).status_code == 303
        assert watched(user)[-1] == (*target, False)
    page = client.get("/preferences/notifications")
    for path in targets:
        assert f'action="{path}"' in page.text
    for path, target in targets.items():
        response = client.remove(path, {"next": "/preferences/notifications"})
        assert response.headers["Location"] == "/preferences/notifications"
        assert (*target, True) in watched(user)
        token = client.csrf_token()
        assert client.delete(path, headers={"X-CSRFToken": token}).status_code == 303


def test_htmx_gets_the_button_in_its_new_state(client):
    question = make_question()
    client.sign_in(make_user())
    pressed = client.submit(f"/questions/{question.id}/watch", headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in pressed.text
    released = client.remove(f"/questions/{question.id}/watch", headers={"HX-Request": "true"})
    assert 'aria-pressed="false"' in released.text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_watching_never_leads_away(client, target):
    question = make_question()
    client.sign_in(make_user())
    response = client.submit(f"/questions/{question.id}/watch", {"next": target})
    assert "evil" not in response.headers["Location"]


def test_what_one_may_not_see_one_cannot_watch(client):
    moderator = make_user(role="moderator")
    board = make_board(audience="staff")
    secret = make_question(moderator, board, tags="secret")
    hidden, gone = make_question(), make_user()
    set_post_visibility(hidden, "hidden", moderator)
    from community.identity.models import User

    with transaction():
        db.session.execute(update(User).where(User.id == gone.id).values(active=False))
    user = make_user()
    client.sign_in(user)
    for path in (
        f"/questions/{secret.id}/watch",
        f"/questions/{hidden.id}/watch",
        f"/boards/{board.slug}/watch",
        "/tags/secret/watch",
        f"/users/{gone.id}/watch",
        "/questions/999999/watch",
        f"/questions/{2**63 - 1}/watch",
    ):
        assert client.submit(path).status_code == 404, path
        assert client.remove(path).status_code == 404, path
    assert watched(user) == []


def test_an_answer_cannot_be_watched_as_a_question(client):
    answer = make_answer(make_question())
    client.sign_in(make_user())
    assert client.submit(f"/questions/{answer.id}/watch").status_code == 404


def test_nobody_follows_themselves(client):
    user = make_user()
    assert client.sign_in(user).submit(f"/users/{user.id}/watch").status_code == 403


def test_guests_cannot_watch(client):
    question = make_question()
    response = client.submit(f"/questions/{question.id}/watch")
    assert response.status_code in (302, 303, 401, 403)
    run_due_jobs()
    assert len(db.session.scalars(select(Watch)).all()) == 1


def test_watches_of_what_became_invisible_are_not_listed(client):
    user = make_user()
    question = make_question(make_user(), make_board("secret-plans"))
    with transaction():
        watch(user.id, post_id=question.id)
        watch(user.id, board_id=question.board_id)
        db.session.execute(
            update(Board).where(Board.id == question.board_id).values(audience="staff")
        )
    page = client.sign_in(user).get("/preferences/notifications").text
    assert question.title not in page
    assert "secret-plans" not in page


def token_for(user, kind, question_id=1):
    return sign_unsubscription(unsubscription_for(user.id, kind, question_id))


def test_opening_the_link_changes_nothing(client):
    asker = make_user()
    question = make_question(asker)
    page = client.get(f"/unsubscribe/{token_for(asker, 'answer', question.id)}")
    assert page.status_code == 200
    assert "<form" in page.text
    assert question.title not in page.text
    assert asker.display_name not in page.text
    assert [row[-1] for row in watched(asker)] == [False]


@pytest.mark.parametrize(
    "data", [{}, {"List-Unsubscribe": "One-Click"}], ids=["button", "one-click"]
)
def test_leaving_works_signed_out_without_a_form_token_and_twice(client, data):
    asker = make_user()
    question = make_question(asker)
    address = f"/unsubscribe/{token_for(asker, 'answer', question.id)}"
    for _ in range(2):
        assert client.post(address, data=data).status_code == 200
        assert [row[-1] for row in watched(asker)] == [True]


def test_leaving_a_kind_turns_its_mails_off_and_leaves_the_bell(client, outbox):
    helper, asker = make_user(), make_user()
    for _ in range(2):
        assert client.post(f"/unsubscribe/{token_for(helper, 'accepted')}").status_code == 200
    with transaction():
        setting = db.session.scalars(select(NotificationSetting)).one()
    assert (setting.kind, setting.bell, setting.mail) == ("accepted", True, False)
    answer = make_answer(make_question(asker), helper)
    make_acceptance(answer, asker)
    run_due_jobs()
    # The acceptance, and the level of trust it brings.
    assert reload(helper).unread_count == 2
    assert [mail.to for mail in outbox] == [[asker.email]]


def test_the_link_in_a_mail_works(client, outbox):
    asker = make_user()
    make_answers(asker, 1)
    address = outbox[0].message()["List-Unsubscribe"].strip(" <>\n")
    assert client.post(address.removeprefix("http://localhost")).status_code == 200
    assert [row[-1] for row in watched(asker)] == [True]


def test_forged_and_foreign_tokens_are_not_found(client):
    from itsdangerous import URLSafeSerializer

    key = client.application.secret_key
    user = make_user()
    good = token_for(user, "answer", 1)
    other_purpose = URLSafeSerializer(key, salt="reset").dumps([user.id, "answer", 1])
    strange = [
        URLSafeSerializer(key, salt="notifications.unsubscribe").dumps(value)
        for value in (
            7,
            "x",
            [],
            [1, 2],
            ["1", "answer", 1],
            [1, "nonsense", 1],
            [1, "answer", -1],
            [True, "answer", 1],
            [1, ["answer"], 1],
            [2**70, "answer", 1],
            {"a": 1},
        )
    ]
    for token in ("x", good[:-1], good + "x", good.swapcase(), other_purpose, "%00", *strange):
        for method in ("get", "post"):
            assert getattr(client, method)(f"/unsubscribe/{token}").status_code == 404, token
    assert db.session.scalars(select(NotificationSetting)).all() == []


def test_a_token_of_somebody_gone_does_no_harm(client):
    gone = unsubscription_for(10**6, "answer", 5)
    token = sign_unsubscription(gone)
    assert read_unsubscription(token) == gone
    assert client.post(f"/unsubscribe/{token}").status_code == 200


def test_other_forms_still_need_their_token(client):
    client.sign_in(make_user())
    for path in ("/notifications/reading", "/preferences/notifications"):
        assert client.post(path).status_code == 400


def test_the_rebuild_command_corrects_the_numbers(app, runner):
    from community.identity.models import User

    asker = make_user()
    make_answers(asker, 3)
    with transaction():
        db.session.execute(update(User).values(unread_count=99))
    result = runner.invoke(args=["notifications", "rebuild"])
    assert result.exit_code == 0, result.output
    assert reload(asker).unread_count == 3


def test_the_button_to_leave_leads_to_the_links_own_address(client):
    what = unsubscription_for(make_user().id, "answer", None)
    path = f"/unsubscribe/{sign_unsubscription(what)}"
    assert f'action="{path}"' in client.get(path).text
