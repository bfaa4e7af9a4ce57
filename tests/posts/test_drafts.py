"""Drafts: kept by member or by a guest's token, found by nobody else, forgotten in time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from community.core import clock
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.posts import drafts
from community.posts.drafts import (
    UnfitDraft,
    claim_guest_drafts,
    drop_draft,
    find_draft,
    keep_guest_draft,
    prune_drafts,
    save_draft,
)
from community.posts.models import Draft
from tests.factories.community import days_ago, make_user

pytestmark = pytest.mark.usefixtures("app")


def _count() -> int:
    return db.session.scalar(select(func.count()).select_from(Draft)) or 0


def _found(viewer, place="ask", token=None) -> str | None:
    with transaction():
        draft = find_draft(viewer, place, token)
        return draft.body if draft else None


def test_a_draft_is_found_again_by_its_author_and_place():
    ann = make_user()
    with transaction():
        save_draft(
            ann.id, "ask", title="No signal", body="Since noon", tags="sim", board_slug="net"
        )
    draft = find_draft(ann, "ask")
    assert (draft.title, draft.body) == ("No signal", "Since noon")
    assert (draft.tags, draft.board_slug) == ("sim", "net")
    assert find_draft(ann, "answer:7") is None


def test_nobody_else_finds_a_draft():
    ann, bob = make_user(), make_user(role="admin")
    with transaction():
        save_draft(ann.id, "ask", body="private words")
        token = keep_guest_draft("ask", body="a guest's words")
    assert _found(bob) is None
    assert _found(GUEST) is None
    assert _found(GUEST, token="something else") is None
    assert _found(GUEST, "answer:1", token) is None


def test_saving_again_replaces_the_text():
    ann = make_user()
    for body in ("first", "second"):
        with transaction():
            save_draft(ann.id, "ask", body=body)
    assert _found(ann) == "second"
    assert _count() == 1


@pytest.mark.parametrize("nothing", ["", " \n "])
def test_saving_nothing_ends_the_draft(nothing):
    ann = make_user()
    with transaction():
        save_draft(ann.id, "ask", body="text")
        save_draft(ann.id, "ask", body=nothing, board_slug="net")
    assert _count() == 0


def test_dropping_ends_only_the_named_draft():
    ann = make_user()
    with transaction():
        save_draft(ann.id, "ask", body="one")
        save_draft(ann.id, "answer:1", body="two")
        drop_draft(ann, "ask")
    assert _found(ann) is None
    assert _found(ann, "answer:1") == "two"


@pytest.mark.parametrize(
    ("place", "texts"),
    [
        ("elsewhere", {"body": "x"}),
        ("answer:0", {"body": "x"}),
        ("answer:-1", {"body": "x"}),
        ("answer:" + "9" * 20, {"body": "x"}),
        ("ask", {"body": "x" * (drafts.LONGEST["body"] + 1)}),
        ("ask", {"title": "x" * 301}),
        ("ask", {"tags": "x" * 301}),
        ("ask", {"board_slug": "x" * 61, "body": "x"}),
        ("ask", {"body": "nul \0"}),
        ("ask", {"body": "half \ud800"}),
    ],
)
def test_what_does_not_fit_is_refused(place, texts):
    ann = make_user()
    with pytest.raises(UnfitDraft), transaction():
        save_draft(ann.id, place, **texts)
    with pytest.raises(UnfitDraft), transaction():
        keep_guest_draft(place, **texts)
    assert _count() == 0


def test_a_member_keeps_a_limited_number(monkeypatch):
    monkeypatch.setattr(drafts, "DRAFTS_PER_MEMBER", 3)
    ann, bob = make_user(), make_user()
    with transaction():
        save_draft(bob.id, "ask", body="Bob's")
    for number in range(1, 6):
        with transaction():
            save_draft(ann.id, f"answer:{number}", body="text")
    kept = db.session.scalars(select(Draft.place).where(Draft.user_id == ann.id).order_by(Draft.id))
    assert list(kept) == ["answer:3", "answer:4", "answer:5"]
    assert _found(bob) == "Bob's"


def test_guests_together_keep_a_limited_number(monkeypatch):
    monkeypatch.setattr(drafts, "GUEST_DRAFTS", 2)
    for number in range(4):
        with transaction():
            keep_guest_draft("ask", body=f"guest {number}")
    assert _count() == 2


def test_a_guests_draft_survives_the_sign_in():
    with transaction():
        token = keep_guest_draft("ask", title="Typed as a guest", body="All my words")
    ann = make_user()
    assert _found(ann, token=token) == "All my words"
    with transaction():
        claim_guest_drafts(ann, token)
    assert _found(ann) == "All my words"
    assert _found(GUEST, token=token) is None


def test_claiming_keeps_the_newer_of_two_drafts():
    ann = make_user()
    with transaction():
        token = keep_guest_draft("ask", body="older")
        db.session.execute(update(Draft).values(updated_at=clock.now() - timedelta(hours=1)))
        save_draft(ann.id, "ask", body="newer")
    with transaction():
        claim_guest_drafts(ann, token)
    assert _found(ann) == "newer"
    assert _count() == 1


def test_a_guest_keeps_one_draft_under_one_token():
    with transaction():
        token = keep_guest_draft("ask", body="first")
        assert keep_guest_draft("ask", token, body="second") == token
    assert _found(GUEST, token=token) == "second"
    assert _count() == 1


def test_the_database_does_not_hold_the_token():
    with transaction():
        token = keep_guest_draft("ask", body="text")
    assert token not in (db.session.scalar(select(Draft.guest_token)) or "")


def test_old_drafts_are_forgotten():
    ann = make_user()
    with transaction():
        save_draft(ann.id, "ask", body="old")
        db.session.execute(update(Draft).values(updated_at=days_ago(31)))
        save_draft(ann.id, "answer:1", body="new")
    assert _found(ann) is None
    with transaction():
        prune_drafts()
    assert _count() == 1
