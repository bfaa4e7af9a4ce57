"""No leaks: what a viewer may not see is not found, on every page, feed, list and mail."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.db import Base, db, transaction
from community.core.worker import run_due_jobs
from community.privacy.models import PersonalExport
from community.privacy.operations.archives import path_of, request_export
from community.privacy.operations.erasures import order_erasure
from community.search.building import build_index
from community.search.tasks import write_index
from tests import crawl, crawl_answers
from tests.canaries import (
    CLOSED,
    EVERYBODY,
    QUESTION_STATES,
    REPLY_STATES,
    SIGNED_IN,
    VIEWERS,
    WITH_SUPPORT,
    Scene,
    World,
    add_scenes,
    change_states,
    link_to_unseen,
    make_world,
)
from tests.client import ForumClient
from tests.crawl import MISSING, Target
from tests.factories.community import load_user, make_question
from tests.mailbox import sent_mails

STATES = (*QUESTION_STATES, *REPLY_STATES)
CHANGING_STATES = ("turned", "moved", "hidden", "answer hidden")
FILLERS = 21
# Asked for by htmx here; without it these pages are the same within a frame.
FRAGMENTS = ("/related", "/considered", "search/similar?title=Canary+sits+in+this+title")
# These visit every page; the others differ in which boards they see, and visit what hangs on those.
THOROUGH = ("guest", "newcomer", "member", "author", "local", "agent", "moderator", "admin")
# Who stands for each set of rights: the others differ in nothing that is compared.
COMPARED = ("guest", "member", "author", "local", "agent")
WRITERS = ("member", "author", "local", "agent")

_CANARY = re.compile("zq[a-z]{12}")


def test_the_crawl_knows_every_address(app: Flask) -> None:
    assert crawl.rules_with(app, "GET") - crawl.known_pages() == set()
    changing = crawl.rules_with(app, "POST", "DELETE")
    assert changing - set(crawl.CHANGES) - crawl.OWN_CHANGES - crawl.ADMINISTRATION == set()


@pytest.mark.slow
def test_nobody_comes_across_or_changes_what_they_may_not_see(app: Flask) -> None:
    world = make_world()
    leaks = _tell_and_hide(app, world)
    seen: dict[str, set[str]] = {}
    for viewer in VIEWERS:
        client = _client(app, world, viewer)
        leaks += _crawl(client, world, viewer, seen.setdefault(viewer, set()))
        if viewer in COMPARED:
            leaks += _compare_pages(client, world, viewer)
    write_index()
    for viewer in ("guest", "agent"):
        client = _client(app, world, viewer)
        leaks += _compare(client, world, viewer, (crawl.REPLY_WORD_PAGES,), world.scenes)
        leaks += _compare(client, world, viewer, (crawl.WORD_PAGES,), world.unseen(viewer))
    assert not leaks, "\n".join(leaks)
    leaks = _leaks_in_archives(app, world)
    assert not leaks, "\n".join(leaks)
    _check_that_the_crawl_sees(world, seen)
    changes = _try_to_change(app, world)
    assert not changes, "\n".join(changes)


def _try_to_change(app: Flask, world: World) -> list[str]:
    """Send every form about what the sender cannot see; returns what answered or changed."""
    before, wrong = _fingerprint(), []
    for viewer in WRITERS:
        client = _client(app, world, viewer)
        _answers_of_nothing.clear()
        for scene in world.unseen(viewer):
            if not scene.late:
                wrong += _try_changes(client, viewer, world, scene)
    return wrong if _fingerprint() == before else [*wrong, "something was changed"]


def _tell_and_hide(app: Flask, world: World) -> list[str]:
    """Write all scenes; hide half of them after everybody was told, half of them before.

    Returns the canaries that stood in the mails of people who may not see them.
    """
    for _ in range(FILLERS):
        make_question(world.people["author"], world.boards["public"])
    early = add_scenes(world, STATES, late=False)
    staff = {scene.name: scene for scene in early}["staff"]
    leaks = _leaks_in_mails(app, world, [staff])
    build_index(app.config["SETTINGS"].index_path)
    late = add_scenes(world, CHANGING_STATES, late=True)
    change_states(world, [*early, *late])
    link_to_unseen(world)
    return leaks + _leaks_in_mails(app, world, world.scenes)


def _leaks_in_mails(app: Flask, world: World, scenes: Iterable[Scene]) -> list[str]:
    viewers = {person.email: role for role, person in world.people.items()}
    leaks = []
    for mail in sent_mails(app):
        raw = mail.message().as_string() + mail.body + mail.subject
        forbidden = world.forbidden(viewers[mail.to[0]])
        words = {word for scene in scenes for word in scene.words.values()}
        leaks += [
            f"mail to {mail.to[0]}: {forbidden[word]}"
            for word in words & set(forbidden)
            if word in raw
        ]
    return leaks


def _leaks_in_archives(app: Flask, world: World) -> list[str]:
    """Let everybody take their data away; returns what is not theirs to take."""
    askers = {role: person for role, person in world.people.items() if role in SIGNED_IN}
    with transaction():
        exports = {role: request_export(load_user(one.id)).id for role, one in askers.items()}
    run_due_jobs()
    leaks = []
    for role, export_id in exports.items():
        export = db.session.get_one(PersonalExport, export_id, populate_existing=True)
        found = set(_CANARY.findall(_text_of_archive(path_of(export))))
        not_theirs = world.forbidden(role).keys() - world.words_by(role)
        leaks += [
            f"archive of {role}: {world.forbidden(role)[word]}" for word in found & not_theirs
        ]
        assert role not in ("author", "agent") or found, "archives hold what one wrote"
    return leaks


def _text_of_archive(path: Path) -> str:
    with ZipFile(path) as archive:
        return "\n".join(
            f"{name}\n{archive.read(name).decode('utf-8', 'replace')}"
            for name in archive.namelist()
        )


def _client(app: Flask, world: World, viewer: str) -> ForumClient:
    client: ForumClient = app.test_client()  # type: ignore[assignment]
    return client if viewer == "guest" else client.sign_in(world.people[viewer])


def _crawl(client: ForumClient, world: World, viewer: str, seen: set[str]) -> list[str]:
    """Visit everything and where it leads on; returns the canaries out of place."""
    forbidden = world.forbidden(viewer)
    words = {word for scene in world.scenes for word in scene.words.values()}
    waiting, visited, leaks = _addresses(world, everywhere=viewer in THOROUGH), set(), []
    while waiting:
        address = waiting.pop()
        if address in visited:
            continue
        visited.add(address)
        as_fragment = address.endswith(FRAGMENTS)
        response = client.get(address, headers={"HX-Request": "true"} if as_fragment else {})
        assert response.status_code < 500, address
        told = f"{response.headers}\n{crawl_answers.body_of(response)}"
        found = {word for word in _CANARY.findall(told) if word in words and word not in address}
        seen |= found
        leaks += [f"{viewer} {address}: {forbidden[word]}" for word in found & set(forbidden)]
        waiting += crawl_answers.more_pages(response)
    return leaks


def _addresses(world: World, *, everywhere: bool) -> list[str]:
    found = [
        address for fill in crawl.PLACES.values() for address in (fill(world) if everywhere else ())
    ]
    for scene in world.scenes:
        target = Target.of(world, scene)
        groups = (crawl.OBJECT_PAGES, crawl.REPLY_PAGES, crawl.TAG_PAGES, crawl.BOARD_PAGES)
        for pages in groups[: 1 if scene.late else None]:
            found += [address for fill in pages.values() for address in fill(target)]
    return found


def _compare_pages(client: ForumClient, world: World, viewer: str) -> list[str]:
    """Return where the answer for what is unseen differs from that for what does not exist."""
    unseen = world.unseen(viewer)
    pages = (crawl.OBJECT_PAGES, crawl.REPLY_PAGES, crawl.TAG_PAGES, crawl.WORD_PAGES)
    different = _compare(client, world, viewer, pages, [s for s in unseen if not s.late])
    different += _compare(client, world, viewer, pages[:1], [s for s in unseen if s.late])
    closed = [s for s in unseen if s.name in CLOSED and not s.late]
    different += _compare(client, world, viewer, (crawl.BOARD_PAGES,), closed)
    replies = [
        scene
        for scene in world.scenes
        if scene.name in REPLY_STATES and viewer not in scene.allowed["answer"]
    ]
    answers = [
        (f"/posts/{post}/{page}", f"/posts/{crawl.MISSING_ID}/{page}", Target.of(world, scene))
        for scene in replies
        for post in (scene.answer.id, scene.comments[1].id)
        for page in ("history", "revisions/new")
    ]
    return different + _differences(client, viewer, answers)


def _compare(
    client: ForumClient,
    world: World,
    viewer: str,
    groups: Iterable[dict[str, crawl.Fill]],
    scenes: Iterable[Scene],
) -> list[str]:
    pairs = []
    for scene in scenes:
        if viewer in scene.allowed["answer"]:
            continue
        target = Target.of(world, scene)
        for pages in groups:
            for fill in pages.values():
                pairs += [
                    (real, missing, target)
                    for real, missing in zip(fill(target), fill(MISSING), strict=True)
                ]
    return _differences(client, viewer, pairs)


def _differences(
    client: ForumClient, viewer: str, pairs: Iterable[tuple[str, str, Target]]
) -> list[str]:
    known: dict[str, str] = {}
    different = []
    for real, missing, target in pairs:
        if missing not in known:
            known[missing] = crawl_answers.told(client.get(missing), MISSING)
        difference = crawl_answers.first_difference(
            crawl_answers.told(client.get(real), target), known[missing]
        )
        if difference:
            different.append(f"{viewer} {real} differs from {missing}: {difference}")
    return different


def _check_that_the_crawl_sees(world: World, seen: dict[str, set[str]]) -> None:
    """A crawl that never meets what is allowed would prove nothing."""
    blind = [
        f"{viewer} never saw {scene.name} {place}"
        for scene in world.scenes
        for place, allowed in scene.allowed.items()
        for viewer in allowed
        # Suggestions have pages of their own, which the others do not visit.
        if viewer in THOROUGH or not place.startswith("suggested ")
        if _should_be_met(scene, place) and scene.words[place] not in seen[viewer]
    ]
    assert not blind, "\n".join(blind)


def _should_be_met(scene: Scene, place: str) -> bool:
    if place in ("ask draft", "answer draft", "info note", "alt"):
        return False
    if place in ("declined text", "agreed text"):
        # Said to the customer in the mail alone; a question beside the scenes.
        return False
    if place in ("case message", "case note", "case file", "private words", "waiting text"):
        return scene.name in WITH_SUPPORT
    if place in ("suggested text", "suggested note", "held text"):
        # The public ones are listed in full; moderators' cases go when a question is removed.
        return scene.name == "public" and not scene.late
    if place == "staff note":
        return True
    if place == "removal reason":
        return scene.name in ("hidden", "deleted")
    if place == "closure note":
        return scene.name == "closed"
    if scene.late and place.startswith("old answer"):
        return False
    if scene.allowed[place] != EVERYBODY:
        # Moderators read what was removed in its history, which has no comments and notes.
        return place in ("body", "old body") or (place == "answer" and not scene.late)
    return True


def _try_changes(client: ForumClient, viewer: str, world: World, scene: Scene) -> list[str]:
    target, different = Target.of(world, scene), []
    for rule, fill in crawl.CHANGES.items():
        if rule.startswith("/boards/") and scene.name not in CLOSED:
            continue
        for (real, form), (missing, _) in zip(fill(target), fill(MISSING), strict=True):
            for extra in ({}, {"_method": "DELETE"}):
                answer = client.submit(real, {**form, **extra})
                difference = crawl_answers.first_difference(
                    crawl_answers.told(answer, target), _nothing_there(client, missing, form, extra)
                )
                if difference:
                    different.append(f"{viewer} {real} {extra}: {difference}")
    return different


def _nothing_there(client: ForumClient, address: str, form: crawl.Form, extra: crawl.Form) -> str:
    """Return what a form gets that is sent to nothing; asked once for each viewer."""
    form = {**form, **extra}
    if "question_id" in form:
        form["question_id"] = str(crawl.MISSING_ID)
    key = (address, *sorted(form.items()))
    if key not in _answers_of_nothing:
        _answers_of_nothing[key] = crawl_answers.told(client.submit(address, form), MISSING)
    return _answers_of_nothing[key]


_answers_of_nothing: dict[object, str] = {}


def _fingerprint() -> str:
    """Return a hash over all rows of all tables, but for what the visitors' own sign-ins write."""
    digest = hashlib.sha256()
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        if table.name != "user_sessions":
            columns = [column for column in table.columns if column.name != "seen_at"]
            rows = sorted(map(repr, db.session.execute(select(*columns))))
            digest.update(f"{table.name} {rows}".encode())
    db.session.rollback()
    return digest.hexdigest()


@pytest.mark.parametrize("viewer", ["guest", "member"])
@pytest.mark.parametrize("state", ["disabled", "erased"])
def test_closed_accounts_look_like_strangers(app: Flask, viewer: str, state: str) -> None:
    world = make_world()
    gone, name = world.people["disabled"], "Readerdisabled"
    if state == "erased":
        gone, name = world.people["superuser"], "Readersuperuser"
        with transaction():
            order_erasure(SYSTEM, load_user(gone.id))
        run_due_jobs()
    client = _client(app, world, viewer)
    for real, missing in (
        (f"/users/{gone.id}", f"/users/{crawl.MISSING_ID}"),
        (f"/users/by-name/{name}", "/users/by-name/Nobodyatall"),
        (f"/users/by-name/former{gone.id}", "/users/by-name/Nobodyatall"),
        (f"/users/names?q={name[:9]}", "/users/names?q=Nobodyatall"),
        ("/users/names?q=former", "/users/names?q=Nobodyatall"),
    ):
        answers = [client.get(address) for address in (real, missing)]
        assert answers[0].status_code == answers[1].status_code
        if viewer != "guest":
            target = Target(question=gone.id)
            assert crawl_answers.told(answers[0], target) == crawl_answers.told(answers[1], MISSING)
