"""Replies to the mails about posts: what is posted, what is given back, and what is nobody's."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from community.boards.models import Board
from community.core import clock
from community.core.db import db, transaction
from community.core.post_addresses import REPLY_DAYS, post_address
from community.core.reply_addresses import REPLY_MARK, mail_site
from community.escalation.mail_in.message import Kind
from community.escalation.mail_in.models import ReceivedMail
from community.escalation.mail_in.operations.fates import Fate, Received
from community.escalation.mail_in.operations.posting import GIVEN_BACK_PER_DAY
from community.escalation.mail_in.operations.receiving import receive_mail
from community.identity.models import RoleGrant, User
from community.posts.drafts import find_draft
from community.posts.models import Comment, Post
from community.posts.operations import watch
from community.questions.models import Answer, Question
from community.questions.operations.closures import close_question
from community.questions.operations.questions import lock_question
from tests.escalation.mail_in.mails import DOMAIN
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.mailbox import sent_mails

WORDS = "Vielen Dank, das hat geholfen, auch nach einem Neustart."
SECRET = "zqsecretfooter"


@pytest.fixture
def site(mail_app: Flask) -> Iterator[Flask]:
    """A site that takes mail and does not count how fast its members write."""
    before = mail_app.config["SETTINGS"]
    mail_app.config["SETTINGS"] = replace(before, first_posts_reviewed=0)
    yield mail_app
    mail_app.config["SETTINGS"] = before


class Told:
    """An asker who was mailed of an answer to their question."""

    def __init__(self, site: Flask, **asker: Any) -> None:
        self.site = site
        self.asker = make_user(**asker)
        self.question = make_question(self.asker)
        self.answer = make_answer(self.question, make_user())
        (self.mail,) = mails_to(site, self.asker)

    def reply(self, body: str = WORDS, **options: Any) -> Received:
        return receive_mail(reply_to(self.mail, self.asker, body, **options))

    def comments(self) -> list[str]:
        return texts(Comment, self.question)


@contextmanager
def replaced_settings(site: Flask, **values: Any) -> Iterator[None]:
    before = site.config["SETTINGS"]
    site.config["SETTINGS"] = replace(before, **values)
    yield
    site.config["SETTINGS"] = before


def mails_to(site: Flask, member: User) -> list[Any]:
    return [mail for mail in sent_mails(site) if mail.to == [member.email]]


def reply_to(
    mail: Any, member: User, body: str = WORDS, *, message_id: str = "r1@m", **headers: str
) -> bytes:
    """Return what a mail program makes of a reply."""
    lines = {
        "From": f"{member.display_name} <{member.email}>",
        "To": mail.extra_headers["Reply-To"],
        "Subject": f"Re: {mail.subject}",
        "Message-ID": f"<{message_id}>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return f"{head}\n{body}\n".encode()


def quoted(mail: Any) -> str:
    return "\n".join(f"> {line}" for line in mail.body.splitlines())


def texts(kind: type[Post], question: Question) -> list[str]:
    """Return what stands in a question, oldest first."""
    found = select(kind.body).where(Post.root_id == question.id, Post.visibility == "published")
    return list(db.session.scalars(found.order_by(Post.id)))


def set_user(user: User, **values: Any) -> None:
    with transaction():
        db.session.execute(update(User).where(User.id == user.id).values(**values))


def test_the_asker_s_reply_is_a_comment_on_the_answer_it_speaks_of(site: Flask) -> None:
    told = Told(site, language="en")
    assert "stands below the answer, with your name" in told.mail.body
    assert told.mail.body.startswith(REPLY_MARK)
    received = told.reply(
        f"{WORDS}\n\nOn Monday at 10:00, the community wrote:\n{quoted(told.mail)}"
    )
    assert (received.fate, received.kind) == (Fate.POSTED, Kind.MAIL)
    (comment,) = db.session.scalars(select(Comment)).all()
    assert (comment.body, comment.parent_id) == (WORDS, told.answer.id)
    assert (comment.author_id, comment.root_id) == (told.asker.id, told.question.id)
    assert mails_to(site, told.asker) == []


def test_who_watches_a_board_answers_by_mail(site: Flask) -> None:
    helper, board = make_user(language="en"), make_board()
    with transaction():
        watch(helper.id, board_id=board.id)
    question = make_question(board=board)
    (mail,) = mails_to(site, helper)
    assert "stands under the question" in mail.body
    assert receive_mail(reply_to(mail, helper)).fate is Fate.POSTED
    (answer,) = db.session.scalars(select(Answer)).all()
    assert (answer.body, answer.author_id) == (WORDS, helper.id)
    assert reload(question).status == "answered"


def test_the_helper_answers_a_comment_below_the_answer(site: Flask) -> None:
    told = Told(site)
    told.reply()
    helper = load_user(told.answer.author_id)
    (mail,) = mails_to(site, helper)
    text = "Gern geschehen. Falls es wiederkommt, schreib noch einmal."
    assert receive_mail(reply_to(mail, helper, text)).fate is Fate.POSTED
    newest = db.session.scalars(select(Comment).order_by(Comment.id.desc())).first()
    assert newest is not None
    assert (newest.body, newest.parent_id) == (text, told.answer.id)


def test_the_same_mail_twice_is_one_post(site: Flask) -> None:
    told = Told(site)
    assert told.reply().fate is Fate.POSTED
    assert told.reply().fate is Fate.KNOWN
    assert told.reply("Something else in the same mail.").fate is Fate.KNOWN
    assert told.comments() == [WORDS]


def test_a_mail_that_comes_twice_at_once_is_one_post(
    site: Flask, at_once: Callable[[Sequence[Callable[[], Received]]], list[Any]]
) -> None:
    told = Told(site)
    raw = reply_to(told.mail, told.asker)
    results = at_once([lambda: receive_mail(raw)] * 4)
    assert sorted(each.fate for each in results) == ["known", "known", "known", "posted"]
    assert told.comments() == [WORDS]


def test_a_forged_address_leads_nowhere(site: Flask) -> None:
    told = Told(site)
    right = told.mail.extra_headers["Reply-To"]
    number = re.search(r"\+p(\d+)x", right)[1]  # type: ignore[index]
    forged = (
        right.replace(f"+p{number}x", f"+p{int(number) + 1}x"),
        re.sub(r"x(\d+)x(\d{5})x", lambda found: f"x{int(found[1]) + 1}x{found[2]}x", right),
        re.sub(r"x(\d{5})x", lambda found: f"x{int(found[1]) + 90}x", right),
        re.sub(r".@", lambda found: ("b" if found[0][0] == "a" else "a") + "@", right),
    )
    for turn, address in enumerate(forged):
        assert address != right
        received = told.reply(message_id=f"f{turn}@m", To=address)
        assert (received.fate, received.reason) == (Fate.REFUSED, "wrong reply address")
    assert told.comments() == []
    assert sent_mails(site) == []


def test_another_member_cannot_use_the_address(site: Flask) -> None:
    told, eve = Told(site, language="en"), make_user("Eve")
    received = receive_mail(reply_to(told.mail, eve, "Words that are not the asker's at all."))
    assert (received.fate, received.reason) == (Fate.GIVEN_BACK, "NotTheirAddress")
    assert told.comments() == []
    # Nothing goes to where it says that it came from.
    (mail,) = sent_mails(site)
    assert mail.to == [told.asker.email]
    assert f"It came from {eve.email}" in mail.body
    assert "Words that are not the asker's at all." in mail.body


@pytest.mark.parametrize("sent_days_ago", [REPLY_DAYS + 2, REPLY_DAYS - 2])
def test_an_address_serves_for_ninety_days(site: Flask, sent_days_ago: int) -> None:
    told = Told(site, language="en")
    address = post_address(
        mail_site(),
        user_id=told.asker.id,
        post_id=told.answer.id,
        email=told.asker.email or "",
        sent_at=clock.now() - timedelta(days=sent_days_ago),
    )
    received = told.reply(To=address)
    if sent_days_ago < REPLY_DAYS:
        assert received.fate is Fate.POSTED
        return
    assert (received.fate, received.reason) == (Fate.GIVEN_BACK, "ReplyTooLate")
    assert told.comments() == []
    assert "more than 90 days old" in mails_to(site, told.asker)[0].body


def test_an_address_dies_with_the_account_s_mail_address(site: Flask) -> None:
    told = Told(site)
    former = told.asker.email
    set_user(told.asker, email="new@example.org")
    member = load_user(told.asker.id)
    assert receive_mail(reply_to(told.mail, member)).reason == "ReplyTooLate"
    stale = reply_to(told.mail, member, message_id="r2@m", From=former or "")
    assert receive_mail(stale).reason == "NotTheirAddress"
    assert told.comments() == []
    assert {mail.to[0] for mail in sent_mails(site)} == {"new@example.org"}


@pytest.mark.parametrize(
    "values",
    [
        {"active": False, "suspended_at": "now"},
        {"active": False, "disabled_at": "now"},
        {"confirmed_at": None},
    ],
)
def test_a_suspended_or_closed_account_writes_nothing(site: Flask, values: dict[str, Any]) -> None:
    told = Told(site)
    now = {name: clock.now() if value == "now" else value for name, value in values.items()}
    set_user(told.asker, **now)
    received = told.reply()
    assert (received.fate, received.reason) == (Fate.REFUSED, "no such member")
    assert told.comments() == []
    assert mails_to(site, told.asker) == []


def test_who_may_only_read_is_told_so(site: Flask) -> None:
    told = Told(site, language="en")
    set_user(told.asker, silenced_until=clock.now() + timedelta(days=1))
    assert told.reply().reason == "ReadsOnly"
    assert told.comments() == []
    assert "You can read but not write" in mails_to(site, told.asker)[0].body


@pytest.mark.parametrize(
    ("header", "value", "kind"),
    [
        ("Auto_Submitted", "auto-replied", Kind.AUTOMATIC),
        ("Precedence", "bulk", Kind.AUTOMATIC),
        ("Subject", "Abwesenheitsnotiz: bin bald zurück", Kind.AUTOMATIC),
        ("Subject", "Out of office", Kind.AUTOMATIC),
        ("X_Loop", f"reply@{DOMAIN}", Kind.AUTOMATIC),
        ("From", "MAILER-DAEMON@example.org", Kind.AUTOMATIC),
        ("X_Failed_Recipients", "somebody@example.org", Kind.BOUNCE),
        ("X_Spam_Flag", "YES", Kind.SPAM),
        ("Authentication_Results", "mx.test; dmarc=fail header.from=x.test", Kind.REFUSED),
        ("Authentication_Results", "mx.test; spf=fail smtp.mailfrom=x.test", Kind.REFUSED),
        ("Authentication_Results", "mx.test; dkim=fail; spf=pass", Kind.REFUSED),
    ],
)
def test_machines_spam_and_forgers_post_nothing_and_get_no_answer(
    site: Flask, header: str, value: str, kind: Kind
) -> None:
    told = Told(site)
    received = told.reply(**{header: value})
    assert received.kind is kind
    assert received.fate in (Fate.IGNORED, Fate.REFUSED)
    assert told.comments() == []
    assert sent_mails(site) == []


def test_a_signature_makes_good_that_a_mail_was_passed_on(site: Flask) -> None:
    told = Told(site)
    passed = "mx.test; spf=fail smtp.mailfrom=x.test; dkim=pass header.d=example.org"
    assert told.reply(Authentication_Results=passed).fate is Fate.POSTED


def test_a_locked_question_gives_the_words_back_with_the_reason(site: Flask) -> None:
    told = Told(site, language="de")
    with transaction():
        lock_question(told.question.id).is_locked = True
    received = told.reply()
    assert (received.fate, received.reason) == (Fate.GIVEN_BACK, "QuestionLocked")
    assert told.comments() == []
    (mail,) = mails_to(site, told.asker)
    assert "Diese Frage ist gesperrt" in mail.body
    assert WORDS in mail.body
    assert f"/questions/{told.question.id}#answer-{told.answer.id}" in mail.body
    assert mail.extra_headers["Auto-Submitted"] == "auto-replied"
    assert mail.extra_headers["In-Reply-To"] == "<r1@m>"
    assert "Reply-To" not in mail.extra_headers


def test_a_closed_question_takes_no_answer_by_mail(site: Flask) -> None:
    helper, board = make_user(language="en"), make_board()
    with transaction():
        watch(helper.id, board_id=board.id)
    question = make_question(board=board)
    (mail,) = mails_to(site, helper)
    with transaction():
        close_question(make_user(role="moderator"), lock_question(question.id), reason="off_topic")
    sent_mails(site)
    assert receive_mail(reply_to(mail, helper)).reason == "NotOpenToAnswers"
    assert texts(Answer, question) == []
    assert WORDS in mails_to(site, helper)[0].body


def test_what_is_gone_or_hidden_is_not_named(site: Flask) -> None:
    told = Told(site, language="en")
    moderator = make_user(role="moderator")
    set_post_visibility(told.question, "hidden", moderator, "Spam")
    sent_mails(site)
    received = told.reply(Subject="Re: my question")
    assert received.reason == "QuestionGone"
    (mail,) = mails_to(site, told.asker)
    assert "no longer there" in mail.body
    assert told.question.title not in mail.body + mail.subject


def test_personal_data_is_not_published_and_waits_in_the_form(site: Flask) -> None:
    helper, board = make_user(language="en"), make_board()
    with transaction():
        watch(helper.id, board_id=board.id)
    question = make_question(board=board)
    (mail,) = mails_to(site, helper)
    text = "Please write to private.person@gmx.de, then I will look at it for you."
    assert receive_mail(reply_to(mail, helper, text)).reason == "PersonalDataFound"
    assert texts(Answer, question) == []
    (told,) = mails_to(site, helper)
    assert "E-mail address" in told.body
    assert text in told.body
    draft = find_draft(helper, f"answer:{question.id}")
    assert draft is not None
    assert draft.body == text


def test_the_page_s_limits_hold_by_mail(site: Flask) -> None:
    told = Told(site)
    with replaced_settings(site, rate_limits=True, post_pause_seconds=600):
        assert told.reply().fate is Fate.POSTED
        sent_mails(site)
        received = told.reply("And another thing, a moment later.", message_id="r2@m")
    assert (received.fate, received.reason) == (Fate.GIVEN_BACK, "WritingTooSoon")
    assert told.comments() == [WORDS]


def test_a_newcomer_s_first_post_waits_for_a_look(site: Flask) -> None:
    reviewed = replace(site.config["SETTINGS"], first_posts_reviewed=1, first_posts_review="before")
    helper, board = make_user(language="en"), make_board()
    with transaction():
        watch(helper.id, board_id=board.id)
    question = make_question(board=board)
    (mail,) = mails_to(site, helper)
    site.config["SETTINGS"] = reviewed
    assert receive_mail(reply_to(mail, helper)).fate is Fate.POSTED
    assert texts(Answer, question) == []
    answer = db.session.scalars(select(Answer)).one()
    assert answer.visibility == "held"
    (told,) = mails_to(site, helper)
    assert "looks at your reply before others see it" in told.body
    assert f"/held-posts/{answer.id}" in told.body


def test_quotes_footers_and_links_of_our_mail_never_get_public(site: Flask) -> None:
    told = Told(site)
    footer = told.mail.body
    assert "/unsubscribe/" in footer
    mails = (
        # As mail programs quote, with and without signs, above and below.
        f"{WORDS}\n\nAm 3. März um 10:00 schrieb Forum <{told.mail.extra_headers['Reply-To']}>:\n\n"
        f"{quoted(told.mail)}\n> {SECRET}",
        f"{WORDS}\n\n{footer}\n{SECRET}",
        f"{WORDS}\n\n-----Original Message-----\n{footer}\n{SECRET}",
    )
    with replaced_settings(site, rate_limits=False, same_text_minutes=0):
        for turn, body in enumerate(mails):
            told.reply(body, message_id=f"q{turn}@m")
    assert told.comments() == [WORDS] * 3
    assert SECRET not in " ".join(texts(Post, told.question))
    assert db.session.scalars(select(ReceivedMail.original).distinct()).all() == [""]


@pytest.mark.parametrize("part", ["unsubscribe", "accept", "address"])
def test_a_mail_that_still_holds_our_links_is_given_back(site: Flask, part: str) -> None:
    told = Told(site)
    links = {
        "unsubscribe": re.search(r"\S+/unsubscribe/\S+", told.mail.body)[0],  # type: ignore[index]
        "accept": re.search(r"\S+/acceptances/\S+", told.mail.body)[0],  # type: ignore[index]
        "address": told.mail.extra_headers["Reply-To"],
    }
    link = links[part]
    broken = f"{link[: len(link) // 2]}\n{link[len(link) // 2 :]}"
    for turn, text in enumerate((link, broken)):
        received = told.reply(f"{WORDS}\n{text}", message_id=f"l{turn}@m")
        assert received.reason == "StillQuoted"
    assert told.comments() == []


def test_who_writes_below_the_quotation_is_told(site: Flask) -> None:
    told = Told(site, language="en")
    mark, nothing_links = told.mail.body.splitlines()[0], "Hello Ann, this is new."
    for turn, below in enumerate((told.mail.body, f"{mark}\n{nothing_links}")):
        received = told.reply(f"{below}\n{WORDS}", message_id=f"b{turn}@m")
        assert received.reason == "StillQuoted"
        (mail,) = mails_to(site, told.asker)
        assert WORDS in mail.body
    assert told.comments() == []


def test_a_mail_that_quotes_alone_is_given_back(site: Flask) -> None:
    told = Told(site, language="en")
    assert told.reply(quoted(told.mail)).reason == "NothingNew"
    assert told.comments() == []
    assert "nothing new" in mails_to(site, told.asker)[0].body


def test_files_are_left_out_and_the_author_is_told(site: Flask) -> None:
    told = Told(site, language="en")
    body = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{WORDS}\n"
        "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=bill.pdf\n"
        "\n%PDF\n--b--"
    )
    kind = "multipart/mixed; boundary=b"
    assert told.reply(body, Content_Type=kind).fate is Fate.POSTED
    assert told.comments() == [WORDS]
    (mail,) = mails_to(site, told.asker)
    assert "not kept: bill.pdf" in mail.body


def test_a_mail_program_that_runs_wild_is_answered_a_few_times_a_day(site: Flask) -> None:
    told = Told(site)
    with transaction():
        lock_question(told.question.id).is_locked = True
    for turn in range(GIVEN_BACK_PER_DAY + 3):
        told.reply(f"{WORDS} {turn}", message_id=f"w{turn}@m")
    assert len(mails_to(site, told.asker)) == GIVEN_BACK_PER_DAY


def test_the_operator_can_switch_it_off(site: Flask) -> None:
    told = Told(site, language="en")
    with replaced_settings(site, mail_replies=False):
        assert told.reply().reason == "RepliesOff"
        later = Told(site)
        assert "Reply-To" not in later.mail.extra_headers
        assert REPLY_MARK not in later.mail.body
    assert told.comments() == []


def test_staff_write_signed_in_alone(site: Flask) -> None:
    told = Told(site, role="moderator")
    assert "Reply-To" not in told.mail.extra_headers
    member = Told(site)
    with transaction():
        db.session.add(RoleGrant(user_id=member.asker.id, name="agent"))
    assert member.reply().reason == "StaffByMail"
    assert member.comments() == []


def test_a_site_without_an_address_for_mail_offers_no_reply(site: Flask) -> None:
    with replaced_settings(site, mail_reply_address="", mail_help_address=""):
        told = Told(site)
    assert "Reply-To" not in told.mail.extra_headers
    assert "Reply to this mail" not in told.mail.body


def test_a_member_of_a_board_that_was_closed_to_them_writes_nothing(site: Flask) -> None:
    told = Told(site)
    with transaction():
        db.session.get_one(Board, told.question.board_id).audience = "staff"
    assert told.reply().reason == "QuestionGone"
    assert told.comments() == []
