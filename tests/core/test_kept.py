"""What is kept in memory is true again as soon as somebody changes it here."""

from sqlalchemy import select, update

from community.core.db import db, transaction
from community.core.kept import Kept
from moderation.words.models import WatchedWord


def make_word(pattern: str) -> WatchedWord:
    with transaction():
        word = WatchedWord(pattern=pattern, action="hold")
        db.session.add(word)
    return word


def kept_patterns() -> Kept[list[str]]:
    def read(_key: str) -> list[str]:
        return [word.pattern for word in db.session.scalars(select(WatchedWord))]

    return Kept(WatchedWord, read)


def test_what_nobody_changed_is_not_read_again(app):
    calls: list[str] = []
    kept = Kept(WatchedWord, lambda key: calls.append(key) or key.upper())
    assert [kept.get("a"), kept.get("a"), kept.get("b")] == ["A", "A", "B"]
    assert calls == ["a", "b"]


def test_a_row_that_is_added_changed_or_deleted_counts_at_once(app):
    kept = kept_patterns()
    assert kept.get("") == []
    word = make_word("wombat")
    assert kept.get("") == ["wombat"]
    with transaction():
        db.session.get_one(WatchedWord, word.id).pattern = "koala"
    assert kept.get("") == ["koala"]
    with transaction():
        db.session.execute(update(WatchedWord).values(pattern="emu"))
    assert kept.get("") == ["emu"]
    with transaction():
        db.session.delete(db.session.get_one(WatchedWord, word.id))
    assert kept.get("") == []


def test_what_was_read_before_a_change_was_taken_back_is_forgotten(app):
    kept = kept_patterns()
    try:
        with transaction():
            db.session.add(WatchedWord(pattern="gone", action="hold"))
            db.session.flush()
            kept.get("")
            raise LookupError
    except LookupError:
        pass
    assert kept.get("") == []
