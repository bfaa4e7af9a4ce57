"""What a reply to the mail about a post may be besides: private, too long, or full of our links."""

from urllib.parse import quote

import pytest
from flask import Flask

from community.core.db import transaction
from community.core.reply_addresses import case_mail_headers, mail_site
from community.escalation.cases.models import SupportCase
from community.escalation.mail_in.operations.fates import Fate
from community.escalation.mail_in.operations.receiving import receive_mail
from community.posts.operations import watch
from tests.escalation.mail_in.test_posting import (
    WORDS,
    Told,
    mails_to,
    replaced_settings,
    reply_to,
    site,
)
from tests.factories.community import make_board, make_question, make_user
from tests.factories.support import make_support_case

__all__ = ["site"]


def test_what_goes_to_the_support_team_too_is_never_public(site: Flask) -> None:
    told = Told(site)
    both = f"{told.mail.extra_headers['Reply-To']}, {mail_site().help_address}"
    assert told.reply(To=both).fate is Fate.OPENED
    assert told.comments() == []


def test_what_answers_the_mail_of_a_private_case_is_never_public(site: Flask) -> None:
    told = Told(site)
    case: SupportCase = make_support_case(requester=told.asker, body=WORDS)
    answered = case_mail_headers(mail_site(), case.id, "m1")["Message-ID"]
    received = told.reply(In_Reply_To=answered)
    assert (received.fate, received.case_id) == (Fate.WRITTEN, case.id)
    assert told.comments() == []


def test_a_server_that_delivers_to_the_help_address_makes_nothing_private(site: Flask) -> None:
    told = Told(site)
    assert told.reply(Delivered_To=mail_site().help_address).fate is Fate.POSTED
    assert told.comments() == [WORDS]


def test_a_text_too_long_for_a_draft_goes_back_whole(site: Flask) -> None:
    helper, board = make_user(), make_board()
    with transaction():
        watch(helper.id, board_id=board.id)
    make_question(board=board)
    (mail,) = mails_to(site, helper)
    text = "\n".join("Zu viele Worte auf einmal." for _ in range(3_000))
    assert receive_mail(reply_to(mail, helper, text)).fate is Fate.GIVEN_BACK
    (back,) = mails_to(site, helper)
    assert text in back.body


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda link: f"https://eur01.safelinks.example/?url={quote(link, safe='')}&data=05",
        lambda link: f"https://urldefense.example/v2/url?u={_defended(link)}&d=Dw",
        lambda link: link.upper(),
    ],
)
def test_our_secret_links_are_known_as_filters_rewrite_them(site: Flask, rewritten: object) -> None:
    assert callable(rewritten)
    with replaced_settings(site, site_url="https://forum.example"):
        told = Told(site)
        link = "https://forum.example/unsubscribe/WzEsMl0.CSqZJq8U9J7"
        received = told.reply(f"{WORDS} {rewritten(link)}")
        assert (received.fate, received.reason) == (Fate.GIVEN_BACK, "StillQuoted")
    assert told.comments() == []


def _defended(link: str) -> str:
    return link.replace(":", "-3A").replace("/", "_")
