"""Lists of questions: what is in them, page by page, and what they cost."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from community.core import clock
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.pagination import Cursor
from community.posts.models import Post, PostTag, Tag, TagCount
from community.questions.models import Answer, Question
from community.questions.operations.closures import request_info
from community.questions.operations.questions import lock_question, lock_writing
from community.questions.operations.support import put_in_spotlight
from community.questions.queries.lists import FILTERS, Wanted, page_of_questions
from community.questions.queries.pages import AnswerCursor, get_question_page
from tests.benchmarks.measuring import counted
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    set_post_visibility,
)

HELPER_LISTS = ("open", "asker-waiting", "unaccepted", "needs-info")


def _titles(client, show, **values):
    page = client.get("/questions", query_string={"show": show, **values}).text
    return set(re.findall(r"Question number (\w+)", page))


def _in_each_state(suffix):
    """Make one question for each helper list; returns them."""
    mod, made = make_user(role="moderator"), []
    for state in HELPER_LISTS:
        asker = make_user()
        question = make_question(asker, title=f"Question number {state[:5].strip('-')}{suffix}")
        made.append(question)
        if state in ("asker-waiting", "unaccepted"):
            answer = make_answer(question)
        if state == "asker-waiting":
            make_comment(question, answer, asker, "That did not help.")
        if state == "needs-info":
            with transaction():
                request_info(mod, lock_question(question.id), "Which phone?")
    return made


def test_helper_lists_hold_what_they_promise(client):
    _in_each_state("A")
    assert _titles(client, "open") == {"openA", "needsA"}
    assert _titles(client, "asker-waiting") == {"askerA"}
    assert _titles(client, "unaccepted") == {"askerA", "unaccA"}
    assert _titles(client, "needs-info") == {"needsA"}


@pytest.mark.parametrize("how", ["held", "hidden", "deleted", "locked"])
def test_helper_lists_never_hold_what_nobody_can_help_with(client, how):
    mod = make_user(role="moderator")
    for question in _in_each_state("B"):
        if how == "locked":
            with transaction():
                lock_writing(mod, lock_question(question.id), "Too heated")
        else:
            set_post_visibility(question, how, mod)
    for show in HELPER_LISTS:
        assert _titles(client, show) == set()
    everything = {"openB", "askerB", "unaccB", "needsB"}
    assert _titles(client, "newest") == (everything if how == "locked" else set())


def test_solved_questions_leave_the_helper_lists(client):
    for question in _in_each_state("C"):
        answer = make_answer(question)
        make_acceptance(answer, make_user(role="agent"))
    for show in HELPER_LISTS:
        assert _titles(client, show) == set()
    assert len(_titles(client, "solved")) == 4


def test_mine_is_mine(client):
    asker = make_user()
    make_question(asker, title="Question number mine")
    make_question(title="Question number other")
    client.sign_in(asker)
    assert _titles(client, "mine") == {"mine"}


def test_lists_show_the_languages_one_reads(client):
    make_question(title="Question number eins", language="de")
    make_question(title="Question number one", language="en")
    assert _titles(client, "newest") == {"eins", "one"}
    assert _titles(client, "newest", lang="de") == {"eins"}
    assert _titles(client, "newest", lang="en") == {"one"}
    assert _titles(client, "newest", lang="fr") == {"eins", "one"}
    client.sign_in(make_user(reads_languages="de"))
    assert _titles(client, "newest") == {"eins"}
    assert _titles(client, "newest", lang="all") == {"eins", "one"}


def _many_questions(number, board=None, tag=None):
    """Write questions straight into the tables, many with the same instants."""
    asker, board = make_user(), board or make_board("net")
    tag = tag or _new_tag("esim", board)
    now = clock.now()
    with transaction():
        for i in range(number):
            at = now - timedelta(minutes=i // 7)
            question = Question(
                author_id=asker.id,
                board_id=board.id,
                place_id=board.id,
                body="b" * 20,
                html="<p>b</p>",
                render_version=1,
                language="en",
                visibility="published",
                created_at=at,
                asked_at=at,
                last_activity_at=at,
                slug="q",
                title=f"Question number {i} about the network",
                status="open",
            )
            db.session.add(question)
            db.session.flush()
            question.root_id = question.id
            db.session.add(PostTag(post_id=question.id, tag_id=tag.id))
        db.session.execute(
            update(TagCount).values(questions_count=TagCount.questions_count + number)
        )
    return board, tag


def _new_tag(name, board):
    with transaction():
        tag = Tag(name=name)
        db.session.add(tag)
        db.session.flush()
        db.session.add(TagCount(tag_id=tag.id, board_id=board.id))
    return tag


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("show", ["newest", "open", "active"])
def test_walking_the_pages_meets_every_question_once(show):
    _many_questions(95)
    cursor, met = None, []
    while True:
        page = page_of_questions(GUEST, "en", Wanted(show=show), cursor)
        met += [row.id for row in page.rows]
        if page.older is None:
            break
        cursor = Cursor.parse(str(page.older))
    assert len(met) == len(set(met)) == 95


def test_the_older_link_leads_on_with_its_filter(client):
    _many_questions(25)
    for url in ("/questions?show=open&lang=en", "/boards/net?show=open", "/tags/esim?show=open"):
        page = client.get(url).text
        older = re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
        assert "show=open" in older
        rest = client.get(older).text
        first, second = (set(re.findall(r"Question number (\d+)", p)) for p in (page, rest))
        assert (len(first), len(second), first & second) == (20, 5, set())


def _many_answers(question, number, comments=0):
    helper = make_user()
    with transaction():
        for i in range(number):
            answer = Answer(
                author_id=helper.id,
                board_id=question.board_id,
                root_id=question.id,
                parent_id=question.id,
                body="b" * 20,
                html=f"<p>Answer number {i}.</p>",
                render_version=1,
                language="en",
                visibility="published",
                kudos_count=i % 3,
                created_at=clock.now() - timedelta(minutes=i // 5),
            )
            db.session.add(answer)
        db.session.execute(
            update(Question)
            .where(Question.id == question.id)
            .values(answers_count=number, status="answered")
        )
    answers = db.session.query(Answer).order_by(Answer.id).limit(comments).all()
    for answer in answers:
        make_comment(question, answer, helper, "A remark.")


@pytest.mark.usefixtures("app")
def test_walking_the_answers_meets_each_once():
    asker = make_user()
    question = make_question(asker)
    _many_answers(question, 95)
    with transaction():
        accepted = db.session.query(Answer).order_by(Answer.id.desc()).first()
    make_acceptance(accepted, asker)
    after, met = None, []
    while True:
        page = get_question_page(GUEST, "en", question.id, after)
        met += [answer.id for answer in page.answers]
        if page.more is None:
            break
        after = AnswerCursor.parse(str(page.more))
    assert met[0] == accepted.id
    assert len(met) == len(set(met)) == 95


def _statements(client, url):
    client.get(url)
    with counted(db.engine) as sent:
        response = client.get(url)
    assert response.status_code == 200
    return [s for s in sent if not s.startswith(("PRAGMA", "BEGIN"))]


@pytest.mark.parametrize("number", [20, 200])
def test_the_question_page_costs_few_statements(client, number):
    question = make_question(tags="esim")
    _many_answers(question, number, comments=10)
    url = f"/questions/{question.id}/{question.slug}"
    assert len(_statements(client, url)) <= 4
    client.sign_in(make_user())
    assert len(_statements(client, url)) <= 7


LISTS = (
    ("/", 6),
    ("/boards/net", 6),
    ("/questions", 6),
    ("/tags", 6),
    ("/tags/esim", 6),
    *((f"/questions?show={show}", 6) for show in FILTERS),
)


def test_lists_cost_the_same_however_long_they_are(client):
    many = _many_questions(20)
    few = {url: len(_statements(client, url)) for url, _ in LISTS}
    _many_questions(180, *many)
    for url, most in LISTS:
        sent = _statements(client, url)
        assert len(sent) == few[url] <= most, url
        for statement in sent:
            _assert_reads_one_page(statement)


def test_lists_skip_no_rows(client):
    _many_questions(45)
    page = client.get("/questions").text
    older = re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    for statement in _statements(client, older):
        _assert_reads_one_page(statement)


def _assert_reads_one_page(statement):
    """SQLAlchemy writes every LIMIT for SQLite with an OFFSET, which is 0 here."""
    own = statement.upper()
    if db.engine.dialect.name == "sqlite":
        own = own.replace("LIMIT ? OFFSET ?", "")
    assert "OFFSET" not in own
    assert "COUNT(*)" not in own


@pytest.mark.parametrize("number", [1, 60])
@pytest.mark.parametrize(("trust", "most"), [(2, 12), (0, 13)], ids=["known", "newcomer"])
def test_posting_an_answer_costs_at_most_twelve_statements(client, number, trust, most):
    """Of newcomers is counted besides how many of their posts are out: that takes one more."""
    question = make_question(tags="esim, roaming")
    _many_answers(question, number)
    client.sign_in(make_user(trust_level=trust))
    text = "Take the SIM out, wait a minute and put it back in again."
    client.submit(f"/questions/{question.id}/answers", {"body": f"{text} First."})
    with counted(db.engine) as sent:
        response = client.submit(f"/questions/{question.id}/answers", {"body": text})
    assert response.status_code == 303
    assert len([s for s in sent if not s.startswith(("PRAGMA", "BEGIN"))]) <= most, sent
    assert db.session.get(Post, question.id) is not None


def test_the_spotlight_list_holds_what_helpers_can_still_answer(client):
    shining, solved, over = (
        make_question(title=f"Question number {name}") for name in ("shines", "solved", "over")
    )
    with transaction():
        for question in (shining, solved, over):
            put_in_spotlight(lock_question(question.id))
        lock_question(over.id).spotlight_until = clock.now() - timedelta(seconds=1)
    make_acceptance(make_answer(solved), make_user(role="moderator"))
    assert _titles(client, "spotlight") == {"shines"}
    assert client.get("/questions").text.count("Spotlight</span>") == 1
