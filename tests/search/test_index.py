"""The index on disk: damage, rebuilding, swapping."""

import random
import shutil

import pytest

from community.core.authz import GUEST
from community.core.db import db
from community.core.jobs import Job
from community.core.worker import run_due_jobs
from community.search.building import RebuildRunning, _build_lock, build_index
from community.search.documents import iterate_documents, load_documents
from community.search.index import current_folder, is_intact, open_index, replace_documents
from community.search.models import IndexRequest
from community.search.queries import search_questions, similar_questions
from community.search.query_language import read_request
from community.search.tasks import check_index, rebuild_index, write_index
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_question,
    make_user,
    set_post_visibility,
)

pytestmark = pytest.mark.usefixtures("app")


def ids_for(query):
    return [row.id for row in search_questions(GUEST, "en", read_request({"q": query})).rows]


def contents(root):
    """Return every document of the index as its terms by field."""
    found = {}
    for reader, _ in open_index(current_folder(root)).reader().leaf_readers():
        numbers = list(reader.column_reader("number", translate=False))
        deleted = set(reader._perdoc.deleted_docs())
        for field in ("key", "text", "title", "title_words", "filters"):
            for term in reader.lexicon(field):
                matcher = reader._terms.matcher(field, term, reader.schema[field].format)
                while matcher.is_active():
                    if matcher.id() not in deleted:
                        document = found.setdefault(numbers[matcher.id()], set())
                        document.add((field, bytes(term), matcher.weight()))
                    matcher.next()
    return found


def some_questions():
    asker = make_user()
    questions = [make_question(asker, title=f"Voicemail greeting number {n}") for n in range(12)]
    for question in questions[:6]:
        make_answer(question)
    make_acceptance(make_answer(questions[0]), asker)
    return questions


def test_what_was_written_bit_by_bit_equals_a_rebuild(index_root, rebuilt, caught_up):
    rebuilt()
    questions = some_questions()
    caught_up()
    set_post_visibility(questions[3], "hidden", make_user(role="moderator"))
    make_answer(questions[5], body="Open the hamster menu and choose a new profile.")
    caught_up()
    bit_by_bit = contents(index_root)
    rebuilt()
    assert bit_by_bit == contents(index_root)
    assert questions[3].id not in bit_by_bit
    assert len(bit_by_bit) == 11


def test_many_small_segments_are_joined(index_root, rebuilt):
    rebuilt()
    questions = some_questions()
    folder = current_folder(index_root)
    for question in questions:
        replace_documents(folder, [question.id], load_documents([question.id]))
    leaves = list(open_index(folder).reader().leaf_readers())
    assert len(leaves) < 9
    assert len(ids_for("voicemail")) == 12


def test_a_change_during_the_writing_is_not_forgotten(rebuilt, monkeypatch):
    rebuilt()
    question = make_question()
    run_due_jobs()

    def change_meanwhile(*arguments):
        make_answer(question, body="Open the hamster menu and choose a new profile.")
        run_due_jobs()

    monkeypatch.setattr("community.search.tasks.replace_documents", change_meanwhile)
    token = db.session.get(IndexRequest, question.id).token
    write_index()
    monkeypatch.undo()
    db.session.expire_all()
    assert db.session.get(IndexRequest, question.id).token != token
    write_index()
    assert ids_for("hamster") == [question.id]


@pytest.mark.parametrize("damage", ["missing", "empty folder", "no pointer", "cut short", "locked"])
def test_a_damaged_index_falls_back_to_the_database(index_root, rebuilt, client, damage):
    question = make_question(title="The voicemail greeting sounds hollow")
    rebuilt()
    folder = current_folder(index_root)
    segment = next(folder.glob("*.seg"))
    if damage == "missing":
        shutil.rmtree(index_root)
    elif damage == "empty folder":
        shutil.rmtree(folder)
        folder.mkdir()
    elif damage == "no pointer":
        (index_root / "current").unlink()
    elif damage == "cut short":
        with segment.open("r+b") as file:
            file.truncate(segment.stat().st_size // 2)
        (folder / "changed").touch()
    else:
        (folder / "MAIN_WRITELOCK").touch()
    assert ids_for("voicemail") == [question.id]
    for url in ("/search?q=voicemail", "/search/similar?title=voicemail+greeting"):
        assert client.get(url).status_code == 200
    check_index()
    run_due_jobs()
    assert is_intact(current_folder(index_root))
    assert ids_for("greetings") == [question.id]


def test_flipped_bits_anywhere_never_fail_a_search_and_are_noticed(index_root, rebuilt):
    some_questions()
    rebuilt()
    folder = current_folder(index_root)
    files = [*folder.glob("*.seg"), *folder.glob("*.toc")]
    chance = random.Random(7)
    for n in range(100):
        path = chance.choice(files)
        whole = path.read_bytes()
        bytes_ = bytearray(whole)
        bytes_[chance.randrange(len(bytes_))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes_)
        (folder / f"changed-{n}").touch()
        ids_for("voicemail")
        ids_for("voicemial greeting is:open")
        similar_questions(GUEST, "voicemail greeting")
        assert not is_intact(folder)
        path.write_bytes(whole)
    (folder / "changed").touch()
    assert is_intact(folder)
    assert len(ids_for("voicemail")) == 12


def test_the_worker_sets_a_damaged_index_aside_and_builds_a_new_one(index_root, rebuilt):
    question = make_question(title="The voicemail greeting sounds hollow")
    rebuilt()
    old = current_folder(index_root)
    path = next(old.glob("*.seg"))
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    check_index()
    assert not (index_root / "current").exists()
    check_index()
    jobs = db.session.query(Job).filter_by(unique_key="rebuild_index").count()
    assert jobs == 1
    run_due_jobs()
    assert current_folder(index_root) != old
    assert not old.exists()
    assert ids_for("greetings") == [question.id]


def test_readers_follow_to_a_new_index(index_root, rebuilt):
    first = make_question(title="The voicemail greeting sounds hollow")
    rebuilt()
    assert ids_for("voicemail") == [first.id]
    second = make_question(title="Another voicemail greeting that sounds hollow")
    assert ids_for("voicemail") == [first.id]
    rebuilt()
    assert set(ids_for("voicemail")) == {first.id, second.id}


def test_only_one_builds_and_the_writer_waits_meanwhile(index_root, rebuilt):
    rebuilt()
    question = make_question(title="The voicemail greeting sounds hollow")
    run_due_jobs()
    with _build_lock(index_root):
        with pytest.raises(RebuildRunning):
            build_index(index_root)
        rebuild_index()
        write_index()
        assert db.session.get(IndexRequest, question.id) is not None
    write_index()
    db.session.expire_all()
    assert db.session.get(IndexRequest, question.id) is None
    assert ids_for("voicemail") == [question.id]


def test_a_failed_build_leaves_the_old_index(index_root, rebuilt):
    question = make_question(title="The voicemail greeting sounds hollow")
    rebuilt()

    def fail(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(index_root, fail)
    assert ids_for("voicemail") == [question.id]
    assert len(list(index_root.glob("index-*"))) == 1


def test_the_rebuild_command_says_what_it_did(runner, index_root):
    some_questions()
    assert "Indexed 12 questions" in runner.invoke(args=["search", "rebuild"]).output
    assert runner.invoke(args=["search", "rebuild", "--quiet"]).output == ""
    assert len(ids_for("voicemail")) == 12


def test_documents_are_read_in_few_statements(rebuilt):
    some_questions()
    (documents,) = iterate_documents()
    assert len(documents) == 12
    assert "is:solved" in documents[0].filters
