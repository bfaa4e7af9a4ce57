"""Powers that open with standing: what they allow, and how they are refused."""

from dataclasses import replace

import pytest

from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.identity.privileges import PrivilegeMissing
from community.posts.errors import EditConflict, UnfitText
from community.posts.models import Post, Vote
from community.posts.operations import give_kudos
from community.posts.tagging import tag_names_of
from community.questions.errors import SecondVoiceNeeded
from community.questions.models import Acceptance
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.answers import post_comment
from community.questions.operations.closures import close_question
from community.questions.operations.duplicates import propose_duplicate
from community.questions.operations.edits import retag_question
from community.questions.operations.questions import lock_question, lock_writing
from tests.factories.community import (
    days_ago,
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.factories.editing import edit_question, edit_reply

TEXT = "Take the card out, wait for a minute and put it back in again."
TITLE = "No signal at all since this morning"


@pytest.fixture(autouse=True)
def medium(app):
    """A grown community, in which powers have to be earned; limits hold."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, privilege_preset="medium")
    yield
    app.config["SETTINGS"] = before


def _old_answer(question=None, helper=None, days=7):
    answer = make_answer(question or make_question(), helper)
    with transaction():
        db.session.get_one(Post, answer.id).created_at = days_ago(days)
    return reload(answer)


def _thank(giver, post):
    with transaction():
        give_kudos(giver, db.session.get_one(Post, post.id))


def _comment(author, question, parent=None):
    with transaction():
        target = db.session.get_one(Post, (parent or question).id)
        return post_comment(author, lock_question(question.id), target, "Which phone is it?")


def test_kudos_open_with_ten_points():
    question = make_question()
    _thank(make_user(points=10), question)
    with pytest.raises(PrivilegeMissing, match=r"opens at 10 points; you have 9\."):
        _thank(make_user(points=9), question)


def test_the_asker_thanks_below_the_own_question_without_points():
    asker = make_user()
    question = make_question(asker)
    answer = make_answer(question)
    comment = make_comment(question, answer, make_user(points=10), "Which phone is it?")
    _thank(asker, answer)
    _thank(asker, comment)
    with pytest.raises(PrivilegeMissing):
        _thank(asker, make_answer(make_question()))


def test_comments_elsewhere_open_with_ten_points():
    question = make_question()
    _comment(make_user(points=10), question)
    with pytest.raises(PrivilegeMissing, match="Comment anywhere"):
        _comment(make_user(points=9), question)


def test_everybody_comments_on_what_is_their_own():
    asker, helper = make_user(), make_user()
    question = make_question(asker)
    own, others = make_answer(question, helper), make_answer(question)
    _comment(asker, question)
    _comment(asker, question, others)
    _comment(helper, question, own)
    for parent in (question, others):
        with pytest.raises(PrivilegeMissing):
            _comment(helper, question, parent)


def test_who_has_the_standing_edits_for_others():
    question, editor = make_question(), make_user(points=1_000)
    answer = make_answer(question)
    with transaction():
        locked = lock_question(question.id)
        edit_question(editor, locked, title=TITLE, body=TEXT, tags="")
        edit_reply(editor, locked, db.session.get_one(Post, answer.id), body=TEXT)
    assert [reload(post).edited_by_id for post in (question, answer)] == [editor.id] * 2


@pytest.mark.parametrize("points", [0, 999])
def test_who_has_not_does_not_edit_for_others(points):
    question = make_question()
    with pytest.raises(NotAllowed), transaction():
        edit_question(
            make_user(points=points), lock_question(question.id), title=TITLE, body=TEXT, tags=""
        )


def test_nobody_edits_comments_of_others_by_standing():
    question = make_question()
    comment = make_comment(question, question, make_user(points=10), "Which phone is it?")
    editor = make_user(points=5_000)
    with pytest.raises(NotAllowed), transaction():
        edit_reply(editor, lock_question(question.id), reload(comment), body=TEXT)


def test_tags_can_be_changed_from_250_points_and_nothing_else_is():
    question = make_question(make_user(points=750), tags="sim, esim")
    make_question(make_user(points=750), tags="signal")
    member = make_user(points=250)
    with transaction():
        retag_question(member, lock_question(question.id), tags="signal, sim")
    changed = reload(question)
    assert tag_names_of(question.id) == ["signal", "sim"]
    assert (changed.title, changed.body, changed.edited_by_id) == (
        question.title,
        question.body,
        member.id,
    )
    with pytest.raises(PrivilegeMissing, match="opens at 250 points; you have 249"):
        retag_question(make_user(points=249), changed, tags="sim")
    with pytest.raises(NotAllowed):
        retag_question(make_user(role="agent"), changed, tags="sim")


def test_tags_are_not_changed_over_somebody_elses_change():
    question = make_question(make_user(points=750), tags="sim, esim")
    with pytest.raises(EditConflict), transaction():
        retag_question(
            make_user(points=250), lock_question(question.id), tags="sim", based_on="2001-01-01"
        )


def test_nobody_retags_a_locked_question_by_standing():
    question = make_question(make_user(points=750), tags="sim")
    with transaction():
        lock_writing(make_user(role="moderator"), lock_question(question.id), "Too heated")
    with pytest.raises(NotAllowed), transaction():
        retag_question(make_user(points=5_000), lock_question(question.id), tags="")


def test_new_tags_open_with_750_points():
    board = make_board()
    make_question(make_user(points=750), board, tags="sim")
    make_question(make_user(), board, tags="sim")
    with pytest.raises(UnfitText) as refusal:
        make_question(make_user(points=749), board, tags="sim, fresh, new")
    says = str(refusal.value.errors["tags"])
    assert "opens at 750 points; you have 749." in says
    assert says.endswith("Please leave these out: fresh, new")


def test_an_edit_keeps_tags_nobody_else_uses():
    asker = make_user(points=750)
    question = make_question(asker, tags="rare")
    with transaction():
        stored = db.session.get_one(type(asker), asker.id)
        stored.points = 0
    poorer = load_user(asker.id)
    texts = {"title": TITLE, "body": TEXT}
    with transaction():
        edit_question(poorer, lock_question(question.id), tags="rare", **texts)
    with pytest.raises(UnfitText), transaction():
        edit_question(poorer, lock_question(question.id), tags="rare, rarer", **texts)


def test_a_silent_askers_answer_can_be_confirmed_after_seven_days():
    answer, member = _old_answer(), make_user(points=500)
    acceptance = make_acceptance(answer, member)
    assert acceptance.accepted_by_id == member.id


def test_an_answer_is_not_confirmed_by_others_too_early_or_with_too_few_points():
    with pytest.raises(NotAllowed):
        make_acceptance(_old_answer(days=6.9), make_user(points=500))
    with pytest.raises(PrivilegeMissing, match="opens at 500 points; you have 499"):
        make_acceptance(_old_answer(), make_user(points=499))


def test_nobody_confirms_the_own_answer_or_corrects_the_asker():
    helper, asker = make_user(points=500), make_user()
    with pytest.raises(NotAllowed):
        make_acceptance(_old_answer(helper=helper), helper)
    question = make_question(asker)
    chosen, other = _old_answer(question), _old_answer(question)
    make_acceptance(chosen, asker)
    for also in (False, True):
        with pytest.raises(NotAllowed):
            make_acceptance(other, helper, also=also)


def test_who_confirmed_can_take_it_back_and_nobody_else_of_their_standing():
    question, member = make_question(), make_user(points=500)
    answer = _old_answer(question)
    make_acceptance(answer, member)
    with pytest.raises(NotAllowed), transaction():
        unaccept_answer(make_user(points=5_000), lock_question(question.id), answer)
    with transaction():
        unaccept_answer(member, lock_question(question.id), answer)
    assert db.session.query(Acceptance).count() == 0


def test_who_has_the_standing_proposes_a_duplicate_and_closes_for_no_reason():
    question, original = make_question(), make_question()
    knowing = make_user(points=1_000)
    with pytest.raises(SecondVoiceNeeded), transaction():
        close_question(knowing, lock_question(question.id), reason="duplicate", original=original)
    with transaction():
        propose_duplicate(knowing, lock_question(question.id), original)
    assert reload(question).status == "open"
    other = make_question()
    with pytest.raises(PrivilegeMissing, match="opens at 1000 points; you have 999"):
        propose_duplicate(make_user(points=999), other, original)
    for reason in ("off_topic", "solved_elsewhere"):
        with pytest.raises(NotAllowed):
            close_question(make_user(points=5_000), other, reason=reason)


@pytest.mark.usefixtures("limits_on")
def test_more_than_two_links_open_with_ten_points(app):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], privilege_preset="medium")
    links = " ".join(f"https://example.org/{number}" for number in range(3))
    known = {"solved_count": 1}
    make_question(make_user(points=10, **known), body=f"{TEXT} {links}")
    with pytest.raises(UnfitText) as refusal:
        make_question(make_user(points=9, **known), body=f"{TEXT} {links}")
    assert "opens at 10 points; you have 9" in str(refusal.value.errors["body"])


def test_a_page_shows_what_is_open_and_says_what_is_not(client):
    question = make_question(tags="")
    answer = _old_answer(question)
    client.sign_in(make_user(points=3))
    page = client.get(f"/questions/{question.id}", follow_redirects=True).text
    assert "“Give kudos anywhere” opens at 10 points; you have 3." in page
    assert "“Comment anywhere” opens at 10 points; you have 3." in page
    assert 'href="/privileges"' in page
    for action in (f"/posts/{question.id}/kudos", f"/posts/{question.id}/comments"):
        assert f'action="{action}"' not in page
    client.sign_in(make_user(points=1_000))
    page = client.get(f"/questions/{question.id}", follow_redirects=True).text
    for action in (
        f"/posts/{question.id}/kudos",
        f"/posts/{answer.id}/comments",
        f"/answers/{answer.id}/acceptance",
        f"/questions/{question.id}/duplicate-proposal",
    ):
        assert f'action="{action}"' in page
    assert f'action="/questions/{question.id}/closure"' not in page
    assert f'href="/posts/{answer.id}/revisions/new"' in page
    assert "opens at" not in page


def test_a_refused_comment_comes_back_with_its_text(client):
    question = make_question()
    client.sign_in(make_user(points=3))
    refused = client.submit(f"/posts/{question.id}/comments", {"body": "Which phone is it?"})
    assert refused.status_code == 403
    assert "“Comment anywhere” opens at 10 points; you have 3." in refused.text
    assert "Which phone is it?" in refused.text


def test_refused_kudos_say_why_in_a_fragment(client):
    question = make_question()
    client.sign_in(make_user(points=3))
    refused = client.submit(f"/posts/{question.id}/kudos", headers={"HX-Request": "true"})
    assert refused.status_code == 403
    assert "opens at 10 points; you have 3." in refused.text
    assert db.session.query(Vote).count() == 0


def test_tags_are_changed_by_a_page_of_their_own(client):
    question = make_question(make_user(points=750), tags="sim, esim")
    address = f"/posts/{question.id}/tags"
    client.sign_in(make_user(points=250))
    page = client.get(f"/questions/{question.id}", follow_redirects=True).text
    assert f'href="{address}"' in page
    assert 'value="esim, sim"' in client.get(address).text
    refused = client.submit(address, {"tags": "sim, unheard"})
    assert (refused.status_code, "unheard" in refused.text) == (422, True)
    assert client.submit(address, {"tags": "sim"}).status_code == 303
    with transaction():
        assert tag_names_of(question.id) == ["sim"]


def test_the_page_of_tags_is_of_questions_alone(client):
    answer = make_answer(make_question())
    client.sign_in(make_user(points=5_000))
    assert client.get(f"/posts/{answer.id}/tags").status_code == 404
