"""German readers read German: pages, refusals, confirmations and mails, as they leave the forum.

What members write stays as it is; here they write words that the catalogue does not hold.
"""

import re
from html import unescape
from itertools import chain
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import Job
from community.escalation.csat.tokens import sign_response
from community.escalation.publishing.operations.asking import Draft
from community.escalation.publishing.tokens import sign_publication
from community.identity.models import User
from community.posts.operations import watch
from community.questions.acceptance_links import sign_offer
from community.translations.catalogues import read_catalogue
from moderation.cases.operations import claim_case
from moderation.cases.queries import get_case
from moderation.sanctions.models import Statement
from reputation.payback.operations.charities import propose_charity
from reputation.payback.operations.periods import start as start_payback
from tests.client import ForumClient
from tests.factories.cases import make_case
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_group,
    make_question,
    make_user,
)
from tests.factories.csat import ask_about, make_solved_case
from tests.factories.flags import case_of, make_flag, make_member_flag
from tests.factories.macros import make_macro
from tests.factories.publishing import ask_customer
from tests.factories.sanctions import make_appeal, make_sanction
from tests.factories.suggestions import hold_edit, make_suggestion, open_case_of
from tests.factories.support import make_support_case
from tests.mailbox import sent_mails
from tests.policy_points import make_points

# Shorter ones are found in names and in other words.
SHORTEST = 12
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def english_phrases() -> frozenset[str]:
    """Whatever the catalogue says in another way in German, between its placeholders."""
    phrases = set()
    for message in read_catalogue("de"):
        english, german = as_tuple(message.id), " ".join(as_tuple(message.string))
        for part in (part for text in english for part in PLACEHOLDER.split(text)):
            if len(part.strip()) > SHORTEST and part.strip() not in german:
                phrases.add(part.strip())
    return frozenset(phrases)


@pytest.fixture
def german(client: ForumClient) -> ForumClient:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


@pytest.fixture
def reader(app: Flask, german: ForumClient) -> ForumClient:
    """A member whose questions and answers show most of what pages can show."""
    asker, helper, team = (
        make_user("Ayla", language="de"),
        make_user("Ben", language="de"),
        make_user(role="admin", language="de"),
    )
    board = make_board("sim")
    question = make_question(asker, board, title="Xyzzy plugh frobnicates no more", tags="esim")
    answer = make_answer(question, helper, "Plugh twice, then xyzzy. That frobnicates again.")
    third = make_answer(question, team, "Or plover, which frobnicates in any case, as we found.")
    make_comment(question, answer, asker, "Xyzzy did it @Ben")
    make_acceptance(answer, asker)
    waiting = make_question(asker, board, title="Plover frobnicates, xyzzy does not")
    with transaction():
        watch(asker.id, board_id=board.id)
        watch(asker.id, person_id=helper.id)
    make_question(helper, board, title="Plugh stands still since a week")
    with transaction():
        start_payback(SYSTEM, clock.now())
        propose_charity(helper, "Plugh")
    german.points = make_points({"moderator": team, "admin": team}, asker, make_user(role="admin"))
    german.asker, german.team, german.group = asker, team, make_group("Tester")
    german.question, german.answer, german.waiting = question, answer, waiting
    german.cases = [
        make_case([asker, helper], state=state, claimed_by=team)
        for state in ("open", "claimed", "actioned")
    ]
    german.hidden = make_question(asker, board, title="Xyzzy and plover, plugh without end")
    flags = [
        *(make_flag(german.hidden, make_user(trust_level=4), reason=r) for r in ("spam", "abuse")),
        *(make_flag(answer, asker), make_member_flag(helper, asker)),
    ]
    german.flagged = [case_of(flag) for flag in flags[1:]]
    with transaction():
        for case in german.flagged[1:]:
            claim_case(team, get_case(team, case.id))
    german.not_own = make_question(helper, board, title="Xyzzy is what plover makes of it")
    add_support(german, helper)
    german.suggested = [
        make_suggestion(helper, third, "Plugh it twice and wait, then it frobnicates."),
        hold_edit(asker, question, "Plugh it twice and wait, then it frobnicates."),
    ]
    german.reviewed = [open_case_of(one.id) for one in german.suggested]
    handed = make_question(asker, board, title="Plugh, and plover, and xyzzy too")
    german.support = _cases_of(handed, asker)
    german.sanctions = [make_sanction(asker, kind, by=team) for kind in ("warning", "notice")]
    make_appeal(db.session.get_one(Statement, german.sanctions[0].statement_id), "Plugh!")
    sent_mails(app)
    return german


def _cases_of(question: Any, asker: Any) -> list[Any]:
    return [
        make_support_case(question, reason="Plugh"),
        make_support_case(requester=asker, subject="Xyzzy", body="Plover plugh."),
    ]


def as_tuple(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def found_in(page: str, phrases: frozenset[str]) -> list[str]:
    """Return the phrases that stand in a page as whole words."""
    text = unescape(page)
    # Most do not stand there at all, and that is soon known.
    within = sorted(phrase for phrase in phrases if phrase in text)
    return [each for each in within if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)]


PAGES = [
    "/",
    "/questions",
    "/questions?show=solved",
    "/questions?show=mine",
    "/boards/sim",
    "/boards/sim?show=support",
    *("/questions/new", "/questions/new/expectation?board=sim"),
    "/tags",
    "/privileges",
    "/tags/esim",
    "/search",
    "/search?q=xyzzy",
    "/search?q=qwertz",
    "/search/similar?title=xyzzy+frobnicates+no+more",
    "/sign-in",
    "/sign-in?next=/notifications",
    "/register",
    "/reset",
    "/reset/nonsense",
    "/confirmations",
    "/confirmations/nonsense",
    "/sign-in/link",
    "/mail-sent/registration",
    "/mail-sent/reset",
    "/mail-sent/link",
    *("/payback", "/payback/details", "/payback/charities", "/payback/statements/1"),
    *("/admin/payback", "/admin/payback/runs"),
    "/account",
    "/superusers",
    "/account/superuser",
    "/account/password",
    "/account/email",
    "/notifications",
    "/preferences",
    "/preferences/notifications",
    "/reputation",
    "/leaderboard",
    "/leaderboard?period=all&board=sim",
    "/account/pictures",
    "/account/sessions",
    "/account/factors",
    "/account/factors/totp",
    "/account/name",
    "/verify",
    "/no-such-page",
]


@pytest.mark.parametrize("who", ["guest", "asker", "team"])
def test_pages_are_german(reader: ForumClient, english_phrases: frozenset[str], who: str) -> None:
    visit(reader, who)
    said = {}
    others = (
        *(decision_addresses_of(reader), support_addresses(reader)),
        rating_addresses(reader),
    )
    for address in [*PAGES, *addresses_of(reader), *chain(*others)]:
        page = reader.get(address, follow_redirects=True)
        assert page.status_code in (200, 401, 403, 404)
        said[address] = found_in(page.text, english_phrases)
    assert {address: words for address, words in said.items() if words} == {}


def visit(reader: ForumClient, who: str) -> None:
    """Go on as a guest, as the one who asked, or as the team."""
    if who != "guest":
        reader.sign_in(getattr(reader, who))


def decision_addresses_of(reader: ForumClient) -> list[str]:
    return [
        "/account/decisions",
        *(f"/account/decisions/{one.statement_id}" for one in reader.sanctions),
        f"/moderation/people/{reader.asker.id}/sanctions",
        f"/moderation/people/{reader.team.id}/sanctions",
        f"/moderation/people/{reader.asker.id}/cleanup",
        f"/moderation/people/{reader.team.id}/cleanup",
        *("/moderation/words", "/moderation/repeated", "/admin/handover"),
        f"/admin/handover/boards/{reader.question.board_id}",
        "/moderation/boards",
        f"/moderation/boards/{reader.question.board_id}/screening",
        "/held-posts",
        *("/suggestions", "/reviews", "/likely-solutions"),
        *(f"/reviews/{case.id}" for case in reader.reviewed),
        *(f"/suggestions/{one.id}" for one in reader.suggested),
        f"/posts/{reader.not_own.id}/suggestions/new",
        "/moderation/sanctions",
        "/moderation/wordings",
        "/moderation/wordings/ban/de",
        "/transparency",
    ]


def add_support(german: ForumClient, helper: User) -> None:
    """Let the support team have solved what they were asked."""
    german.macro = make_macro(german.team, team_id=None).id
    german.rated = ask_about(make_solved_case(german.asker, subject="Xyzzy"))
    make_solved_case(helper, subject="Plugh")
    draft = Draft("Xyzzy is what plover makes of it", "Plugh it twice and wait.", "", "sim")
    case = make_support_case(requester=german.asker, subject="Xyzzy", body="Plover plugh.")
    german.asked = ask_customer(case, agent=german.team, draft=draft)


def rating_addresses(reader: ForumClient) -> list[str]:
    token = sign_response(reader.rated.id)
    asked = reader.asked
    return [
        f"/publications/{sign_publication(asked.id, reader.asker.email)}",
        *(f"/cases/{asked.case_id}/publication", f"/desk/cases/{asked.case_id}/publication"),
        f"/desk/cases/{reader.support[1].id}/publication",
        *(f"/satisfaction/{token}", f"/satisfaction/{token}/refusal"),
        f"/cases/{reader.rated.case_id}/satisfaction",
        f"/acceptances/{sign_offer(reader.asker.id, reader.answer.id)}",
        "/acceptances/forged",
        *("/desk/macros", "/desk/macros/new", f"/desk/macros/{reader.macro}"),
        f"/questions/{reader.question.id}/templates",
        f"/questions/{reader.question.id}/templates?template={reader.macro}",
        *("/desk/satisfaction", "/desk/satisfaction/answers?show=asked&month=2001-01"),
        "/desk/satisfaction/answers?show=asked",
        *("/desk/deadlines", "/desk/deadlines?by=team&kind=first", "/desk/deadlines/clocks"),
        "/desk/deadlines/clocks?result=all",
    ]


def flag_addresses(reader: ForumClient) -> list[str]:
    answer = reader.answer.id
    return [
        *(f"/moderation/cases/{case.id}" for case in reader.flagged),
        *(f"/moderation/cases/{case.id}/state" for case in reader.flagged),
        *("/moderation/cases", "/moderation/cases?show=decided", "/moderation/cases/count"),
        "/account/flags",
        f"/posts/{reader.hidden.id}/mending",
        f"/posts/{answer}/flags/new",
        f"/posts/{answer}/flags",
        f"/users/{reader.asker.id}/flags/new",
        f"/users/{reader.team.id}/flags/new",
    ]


def support_addresses(reader: ForumClient) -> list[str]:
    return [
        *("/account/cases", "/desk", "/desk?show=all", "/desk?show=mine"),
        *(f"/desk/cases/{case.id}" for case in reader.support),
        *(f"/desk/cases/{case.id}/background" for case in reader.support),
        *(f"/desk/cases/{case.id}/customer" for case in reader.support),
        *(f"/desk/cases/{case.id}/mirror" for case in reader.support),
        *("/admin/connectors", f"/admin/agents/{reader.team.id}"),
        *(f"/desk/cases/{case.id}/side" for case in reader.support),
        *(f"/cases/{case.id}" for case in reader.support),
    ]


def addresses_of(reader: ForumClient) -> list[str]:
    post, answer = reader.question.id, reader.answer.id
    return [
        f"/questions/{post}",
        *(f"/questions/{reader.waiting.id}", f"/questions/{reader.waiting.id}/support"),
        f"/questions/{post}/related",
        *(f"/questions/{post}/considered", f"/questions/{post}/support"),
        *(f"/posts/{one}/history" for one in (post, answer)),
        f"/posts/{post}/revisions/new",
        f"/posts/{answer}/revisions/new",
        f"/posts/{post}/tags",
        *(f"/posts/{one}/tools" for one in (post, answer)),
        f"/users/{reader.asker.id}",
        f"/users/{reader.asker.id}/points",
        "/reputation",
        "/reputation/appeals",
        *(f"/reputation/entries/{entry}/appeal" for entry in reader.points.entries.values()),
        "/admin/adjustments",
        "/admin/adjustments?name=nobody+at+all",
        *(f"/admin/adjustments/{one}" for one in reader.points.waiting.values()),
        *(f"/admin/adjustments/{one}" for one in reader.points.booked.values()),
        f"/admin/people/{reader.asker.id}/points",
        "/admin/appeals",
        "/admin/point-rules",
        f"/admin/point-rules/drafts/{reader.points.draft_id}",
        f"/admin/point-rules/simulations/{reader.points.simulation_id}",
        *(f"/admin/appeals/{one}" for one in reader.points.own_appeals.values()),
        *(f"/admin/appeals/{one}" for one in reader.points.taken.values()),
        "/admin/people",
        "/admin/people?q=nobody+at+all",
        f"/admin/people/{reader.asker.id}",
        f"/admin/people/{reader.team.id}",
        "/admin/superusers",
        *("/admin/audit", f"/users/{reader.asker.id}/notes"),
        *(f"/moderation/cases/{case.id}" for case in reader.cases),
        *flag_addresses(reader),
        *("/admin/groups", f"/admin/groups/{reader.group.id}"),
        "/ranks",
        "/badges",
        "/badges/1",
        f"/users/{reader.asker.id}/badges",
        *("/admin/teams", "/admin/teams/new", "/admin/teams/1"),
        *("/admin/calendars", "/admin/calendars/new", "/admin/calendars/1"),
        *("/admin/sla", "/admin/sla/new", "/admin/sla/1", "/admin/sla/due"),
        *("/admin/badges", "/admin/badges/new", "/admin/badges/1"),
        "/admin/ranks",
        "/admin/ranks/3",
        "/admin/boards",
        f"/admin/boards/{reader.question.board_id}/audience",
    ]


REFUSALS = [
    ("/sign-in", {"email": "nobody@example.org", "password": "wrong"}),
    ("/register", {}),
    ("/register", {"email": "x", "display_name": "www.example.org", "password": "1"}),
    ("/reset", {"email": "nonsense"}),
    ("/register", {"email": "a@example.org", "display_name": "Dora", "password": "password"}),
    ("/register", {"email": "a@example.org", "display_name": "Dora Doe", "password": "dora-doe"}),
    ("/register", {"email[]": "a@example.org"}),
    ("/sign-in/link", {"email": ""}),
    ("/account/password", {"password": "x" * 129}),
    ("/account/email", {"email": "nonsense"}),
    ("/questions", {}),
    ("/questions", {"title": "Short", "body": "x" * 40_000, "tags": "a,b,c,d,e,f,g,/"}),
    ("/questions/{question}/answers", {"body": ""}),
    ("/posts/{question}/comments", {"body": "x" * 5000}),
    ("/posts/{question}/kudos", {}),
    ("/posts/{question}/revisions", {"title": "", "body": ""}),
    ("/questions/{question}/closure", {"reason": "nonsense"}),
    ("/questions/{question}/lock", {}),
    ("/questions/{question}/handover", {"reason": "x"}),
    ("/questions/{question}/unsolved", {}),
    ("/questions/{question}/duplicate-proposal", {"duplicate_of": "nowhere"}),
    ("/questions/{question}/duplicate-proposal/verdict", {"helps": "yes"}),
    ("/questions/{question}/pin", {"scope": "site", "until": "2000-01-01", "reason": "xyzzy"}),
    ("/questions/{question}/slow-mode", {"minutes": "2", "reason": "xyzzy"}),
    ("/questions/{question}/board", {"board": "nowhere", "reason": "xyzzy"}),
    ("/questions/{question}/merge", {"into": "nowhere", "reason": "xyzzy"}),
    ("/questions/{question}/split", {"title": "x", "reason": "xyzzy"}),
    ("/posts/{answer}/kind", {"kind": "comment"}),
    ("/posts/{answer}/hiding", {}),
    ("/questions/999999/me-too", {}),
    ("/preferences", {"display_name": "!"}),
    ("/account/name", {"display_name": "Nordfunk Team"}),
]


@pytest.mark.parametrize("who", ["guest", "asker"])
def test_refusals_are_german(
    reader: ForumClient, english_phrases: frozenset[str], who: str
) -> None:
    visit(reader, who)
    said = {}
    for address, form in REFUSALS:
        where = address.format(question=reader.question.id, answer=reader.answer.id)
        page = reader.submit(where, form, follow_redirects=True)
        assert page.status_code < 500
        said[address] = found_in(page.text, english_phrases)
    assert {address: words for address, words in said.items() if words} == {}


def test_forms_without_a_token_are_refused_in_german(
    reader: ForumClient, english_phrases: frozenset[str]
) -> None:
    visit(reader, "asker")
    page = reader.post(f"/questions/{reader.waiting.id}/answers", data={"body": "Xyzzy"})
    assert page.status_code == 400
    assert found_in(page.text, english_phrases) == []


CONFIRMED = [
    ("POST", "/questions/{waiting}/answers", {"body": "Plugh frobnicates it all, I found."}),
    ("DELETE", "/answers/{answer}/acceptance", {}),
    ("POST", "/questions/{waiting}/closure", {"reason": "solved_elsewhere"}),
    ("DELETE", "/questions/{waiting}/closure", {}),
    ("POST", "/questions/{waiting}/info-request", {"note": "Which plover, xyzzy or plugh?"}),
    ("POST", "/questions/{waiting}/lock", {"reason": "xyzzy"}),
    ("DELETE", "/questions/{waiting}/lock", {"reason": "xyzzy"}),
    ("POST", "/questions/{waiting}/slow-mode", {"minutes": "5", "reason": "xyzzy"}),
    ("DELETE", "/questions/{waiting}/slow-mode", {"reason": "xyzzy"}),
    ("DELETE", "/questions/{waiting}/pin", {"reason": "xyzzy"}),
    ("POST", "/posts/{answer}/hiding", {"reason": "xyzzy"}),
    ("DELETE", "/posts/{answer}/hiding", {"reason": "xyzzy"}),
    ("DELETE", "/posts/{answer}", {"reason": "xyzzy"}),
]


def test_confirmations_are_german(reader: ForumClient, english_phrases: frozenset[str]) -> None:
    visit(reader, "team")
    ids = {"waiting": reader.waiting.id, "answer": reader.answer.id}
    for method, address, form in CONFIRMED:
        send = reader.submit if method == "POST" else reader.remove
        page = send(address.format(**ids), form, follow_redirects=True)
        assert (page.status_code, found_in(page.text, english_phrases)) == (200, []), address


NEW_MEMBER = {"display_name": "Dora", "password": "plover-xyzzy-9"}
FEWEST_SUBJECTS = 14


def test_mails_are_german(app: Flask, reader: ForumClient, english_phrases: frozenset[str]) -> None:
    answer = make_answer(
        reader.waiting, make_user("Cleo", language="de"), "Plugh it twice! @Ayla @Ben"
    )
    mails = all_mails(app)
    make_acceptance(answer, reader.asker)
    make_comment(reader.waiting, answer, reader.team, "Plover it is, xyzzy.")
    mails += all_mails(app)
    visit(reader, "team")
    for method, place, form in CONFIRMED:
        send = reader.submit if method == "POST" else reader.remove
        send(place.format(waiting=reader.waiting.id, answer=answer.id), form)
        mails += all_mails(app)
    reader.sign_out()
    reader.submit("/reset", {"email": reader.asker.email})
    reader.submit("/register", {"email": reader.asker.email, **NEW_MEMBER})
    reader.submit("/register", {"email": "dora@example.org", **NEW_MEMBER})
    reader.submit("/sign-in/link", {"email": reader.asker.email})
    mails += all_mails(app)
    reader.sign_in(reader.asker)
    reader.submit("/account/email", {"email": "elsewhere@example.org"})
    reader.submit("/account/email", {"email": reader.team.email})
    mails += all_mails(app)
    for mail in mails:
        if "/email-changes/" in mail.body:
            reader.submit(re.search(r"http://localhost(/email-changes/\S+)", mail.body)[1])
    reader.submit("/account/password", {"password": "harbour crane whistle"})
    mails += all_mails(app)
    assert len({mail.subject.partition(":")[0] for mail in mails}) >= FEWEST_SUBJECTS
    for mail in mails:
        assert found_in(mail.subject + "\n" + as_text(mail), english_phrases) == []


def all_mails(app: Flask) -> list[Any]:
    """Return the mails since the last call, with those that would have waited a while."""
    mails = sent_mails(app)
    with transaction():
        db.session.execute(update(Job).values(due_at=clock.now()))
    return mails + sent_mails(app)


def as_text(mail: object) -> str:
    """Return both bodies of a mail."""
    alternatives = getattr(mail, "alternatives", None) or []
    return "\n".join([str(getattr(mail, "body", "")), *(str(each[0]) for each in alternatives)])
