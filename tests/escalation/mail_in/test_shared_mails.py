"""Every mail of the shared list is what it is expected to be."""

from collections.abc import Iterator
from typing import Any

import pytest

from community.core import markup
from community.escalation.mail_in.html_text import html_to_text
from community.escalation.mail_in.message import InboundMail, Kind
from community.escalation.mail_in.parsing import UNREADABLE, parse_mail
from community.escalation.mail_in.quotes import strip_reply
from tests.core.html_checker import problems_in
from tests.escalation.mail_in.mails import CASE_ID, SITE, raw_of, rows
from tests.pace import within
from tests.shared_data import shared_data
from tests.stress.mail import flaws_of

SECONDS_MAX = 1.0


def test_the_shared_list_was_read() -> None:
    shared_data("security/email.jsonl")
    assert len(rows()) == 148


def named(*kinds: str) -> Any:
    return pytest.mark.parametrize("row", rows(*kinds), ids=lambda row: row["id"])


def read(row: dict[str, Any]) -> InboundMail:
    """Read a row's message, in the time that it may take."""
    raw, seconds = raw_of(row), row["expect"].get("max_seconds", SECONDS_MAX)
    mail = within(seconds, lambda: parse_mail(raw, SITE))
    assert mail.reason != UNREADABLE
    assert list(flaws_of(mail)) == []
    return mail


@named("parse")
def test_an_odd_mail_is_read_without_an_error(row: dict[str, Any]) -> None:
    read(row)


@named("bounce")
def test_a_bounce_names_whom_it_is_about(row: dict[str, Any]) -> None:
    mail, expected = read(row), row["expect"]
    assert mail.kind is Kind.BOUNCE
    assert mail.bounce is not None
    assert set(mail.bounce.addresses) == {each.lower() for each in expected["addresses"]}
    assert mail.bounce.is_temporary == expected["temporary"]


@named("automatic")
def test_a_machines_mail_is_known_as_one(row: dict[str, Any]) -> None:
    assert read(row).kind is Kind.AUTOMATIC


@named("reject")
def test_a_mail_that_is_not_taken_has_a_reason(row: dict[str, Any]) -> None:
    mail = read(row)
    assert mail.kind is Kind.REFUSED
    assert mail.reason


@named("reply")
def test_of_a_reply_only_what_is_new_is_left(row: dict[str, Any]) -> None:
    mail = read(row)
    assert mail.kind is Kind.MAIL
    assert mail.text.strip() == row["expect"]["reply"].strip()
    if "TOKEN" in row["input"]:
        assert mail.case_ids == (CASE_ID,)


@named("reply-body")
def test_of_a_body_only_what_is_new_is_left(row: dict[str, Any]) -> None:
    expected = row["expect"]
    seconds = expected.get("max_seconds", SECONDS_MAX)
    text = within(seconds, lambda: strip_reply(row["input"])).strip()
    assert text == expected.get("reply", text).strip()
    assert text.startswith(expected.get("reply_starts", ""))
    assert text
    assert all(each not in text for each in _lacking(expected))


def _lacking(expected: dict[str, Any]) -> Iterator[str]:
    lacks = expected.get("reply_lacks", [])
    yield from [lacks] if isinstance(lacks, str) else lacks


@named("html-reply")
def test_of_html_only_what_is_new_is_left(row: dict[str, Any]) -> None:
    text = strip_reply(html_to_text(raw_of(row).decode("utf-8", "replace")))
    assert "".join(text.split()) == "".join(row["expect"]["reply"].split())


@named("sender", "sender-not")
def test_nobody_writes_under_another_address(row: dict[str, Any]) -> None:
    sender, expected = read(row).sender, row["expect"]
    found = sender.email if sender else ""
    if "sender" in expected:
        assert found == expected["sender"]
    else:
        assert found.rpartition("@")[2] != expected["sender_not"].rpartition("@")[2]


@named("header-injection")
def test_nothing_read_from_a_header_ends_a_line(row: dict[str, Any]) -> None:
    mail = read(row)
    assert mail.kind is Kind.REFUSED or (mail.sender and "\n" not in mail.sender.name)


@named("attachment")
def test_a_files_name_is_no_path(row: dict[str, Any]) -> None:
    files = read(row).files
    assert files
    for unwanted in row["expect"].get("filename_has_not", []):
        assert all(unwanted not in file.name for file in files)


@named("html")
def test_nothing_of_a_mails_html_is_active(row: dict[str, Any]) -> None:
    mail = read(row)
    for text in (mail.text, mail.original, mail.subject):
        assert problems_in(str(markup.render(text))) == []
    assert "<script" not in mail.text
