"""A forum full of canaries: words that stand in one place each, and who may come across them.

Every text of every object holds a random word of its own. ``allowed`` says, from the rules alone
and without asking the application, which viewers may see it.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select, update

from community.boards.models import Board, BoardGroup
from community.boards.operations import change_audience
from community.boards.policies import can_ask_on_board
from community.boards.queries import board_is_visible
from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import emit
from community.escalation.cases.operations.filing import NewFile, add_files
from community.escalation.cases.operations.messages import (
    message_privately,
    note_internally,
    receive_message,
)
from community.escalation.publishing.operations.answering import agree, decline
from community.escalation.publishing.operations.asking import Draft
from community.escalation.side.models import SideConversation
from community.escalation.side.operations import receive_aside
from community.escalation.teams.models import TeamMember
from community.escalation.teams.operations import team_for
from community.events.edits import EditSuggested
from community.identity.models import Group, User
from community.importers.models import ImportedRecord
from community.posts.drafts import save_draft
from community.posts.models import Attachment, Comment, Revision, SuggestedEdit, Tag
from community.posts.operations import watch
from community.questions.models import Answer, Closure, Question
from community.questions.operations.closures import request_info
from community.questions.operations.placing import move_question
from community.questions.operations.questions import lock_question, lock_writing
from community.questions.operations.regrouping import lock_questions, merge_question
from community.questions.status import recompute
from community.search.models import Deflection
from moderation.audit.models import StaffNote
from moderation.flags.models import FlagHiding
from moderation.flags.operations.flagging import flag_post
from moderation.sanctions.operations.sanctions import impose_sanction
from tests.factories.community import (
    days_ago,
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_group,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.factories.images import make_image, png
from tests.factories.publishing import ask_customer
from tests.factories.support import make_support_case

# An insider belongs to the group of the groups' board; a local moderates the local board alone.
ROLES = (
    *("member", "newcomer", "author", "superuser", "insider", "local"),
    *("agent", "moderator", "admin", "disabled", "suspended"),
)
VIEWERS = ("guest", *ROLES)
EVERYBODY = frozenset(VIEWERS)
# Whose accounts are closed or suspended read as guests.
SIGNED_IN = EVERYBODY - {"guest", "disabled", "suspended"}
STAFF = frozenset({"agent", "moderator", "admin"})
MODERATING = frozenset({"moderator", "admin"})
# Whose voice counts about suggestions everywhere they read.
REVIEWERS = frozenset({"superuser", "agent"})
AUDIENCES = {"public": EVERYBODY, "members": SIGNED_IN, "groups": STAFF | {"insider"}}
AUDIENCES |= {"staff": STAFF, "local": STAFF | {"local"}}
# Boards that some viewers may not know of.
CLOSED = ("members", "groups", "staff", "local", "turned")

# What a scene is, and who sees its question at the end.
QUESTION_STATES = {
    "public": EVERYBODY,
    "closed": EVERYBODY,
    "locked": EVERYBODY,
    "members": SIGNED_IN,
    "groups": AUDIENCES["groups"],
    "staff": STAFF,
    "local": AUDIENCES["local"],
    "local hidden": MODERATING | {"local"},
    "turned": STAFF,
    "moved": STAFF,
    "merged": STAFF,
    "flagged": MODERATING | {"author"},
    "suspended": EVERYBODY,
    "held": MODERATING | {"author"},
    "hidden": MODERATING,
    "deleted": MODERATING,
}
# States in which the question is seen by everybody, and one reply of it is not.
REPLY_STATES = ("answer hidden", "answer deleted", "comment hidden")
REMOVED = {"held", "hidden", "deleted"}
# Questions that the support team has in hand, with words that only it and the asker read.
WITH_SUPPORT = ("public", "locked")


def canary() -> str:
    """Return a word nobody else would write; it folds and stems to itself."""
    return "zq" + "".join(secrets.choice("bcdfghjkmnpqrtvwxz") for _ in range(12))


@dataclass
class Scene:
    """A question with everything that hangs on it. ``words`` maps a canary's place to the word."""

    name: str
    late: bool
    question: Question
    answer: Answer
    comments: list[Comment]
    words: dict[str, str]
    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    image: Attachment = field(default_factory=Attachment)
    asker: str = "author"
    suggester: str = "member"

    @property
    def question_allowed(self) -> frozenset[str]:
        """Who may see the question's page."""
        return QUESTION_STATES.get(self.name, EVERYBODY)

    def writer_of(self, place: str) -> str:
        """Return who wrote what stands at a place."""
        if place in ("ask draft", "answer draft"):
            return "author"
        if place in BY_HELPER:
            return "agent"
        if place in BY_SUGGESTER:
            return self.suggester
        return "moderator" if place in BY_MODERATOR else self.asker


@dataclass
class World:
    """All scenes, people and boards."""

    people: dict[str, User]
    boards: dict[str, Board]
    scenes: list[Scene] = field(default_factory=list)

    def forbidden(self, viewer: str) -> dict[str, str]:
        """Return the canaries a viewer may not come across, with what they stand for."""
        return {
            scene.words[place]: f"{scene.name} {'late' if scene.late else ''} {place}"
            for scene in self.scenes
            for place, allowed in scene.allowed.items()
            if viewer not in allowed
        }

    def words_by(self, viewer: str) -> set[str]:
        """Return what somebody wrote themselves; notes on people are nobody's to take away."""
        return {
            word
            for scene in self.scenes
            for place, word in scene.words.items()
            if place != "staff note" and scene.writer_of(place) == viewer
        }

    def unseen(self, viewer: str) -> list[Scene]:
        """Return the scenes whose question a viewer may not see."""
        return [scene for scene in self.scenes if viewer not in scene.question_allowed]


PLACES = (
    *("title", "body", "tag", "answer", "question comment", "answer comment", "closure note"),
    *("info note", "old title", "old body", "old tag", "revision note", "old answer"),
    *("ask draft", "answer draft", "picture", "staff note", "alt", "removal reason"),
    *("case message", "case note", "case file", "side message"),
    *("private words", "waiting text", "declined text", "agreed text"),
    *("suggested text", "suggested note", "held text"),
)
# Who wrote what: their archives have it, whatever became of it. The rest is the asker's.
BY_HELPER = ("answer", "question comment", "old answer")
BY_MODERATOR = ("closure note", "info note", "removal reason")
BY_SUGGESTER = ("suggested text", "suggested note")
# Who may read a board and may not simply edit what others wrote there.
SUGGESTERS = ("member", "insider", "local", "moderator")
# What these show of suggestions, others show too.
WITHOUT_SUGGESTIONS = (*REPLY_STATES, "closed", "suspended")


def make_world() -> World:
    """Make people and boards; everybody watches every board, so that everybody is told."""
    boards = {
        name: make_board(f"{name}-board", audience="staff" if name == "local" else name)
        for name in AUDIENCES
    }
    boards["turned"] = make_board("turned-board", audience="public")
    group = make_group("insiders")
    people = {role: _person(role, boards, group) for role in ROLES}
    with transaction():
        db.session.add(TeamMember(team_id=team_for(None).id, user_id=people["agent"].id))
        db.session.add(BoardGroup(board_id=boards["groups"].id, group_id=group.id))
    for person in people.values():
        for board in boards.values():
            with transaction():
                watch(person.id, board_id=board.id)
        with transaction():
            watch(person.id, person_id=people["author"].id)
    return World(people, boards)


def _person(role: str, boards: dict[str, Board], group: Group) -> User:
    granted = role if role in ("superuser", "agent", "moderator", "admin") else "member"
    mail = {"email": None} if role in MODERATING else {}
    since = {"created_at": days_ago(0.01)} if role == "newcomer" else {}
    return make_user(
        f"Reader {role}",
        role=granted,
        on={boards["local"].id: "moderator"} if role == "local" else {},
        groups=[group] if role == "insider" else [],
        active=role != "disabled",
        language="en",
        **mail,
        **since,
    )


def add_scenes(world: World, names: Iterable[str], *, late: bool) -> list[Scene]:
    """Write the questions of these states; nothing is hidden yet (see ``change_states``)."""
    scenes = [_make_scene(world, name, late=late) for name in names]
    world.scenes += scenes
    return scenes


def _make_scene(world: World, name: str, *, late: bool) -> Scene:
    words = {place: canary() for place in PLACES}
    board = world.boards.get(name.split()[0], world.boards["public"])
    helper = world.people["agent"]
    role = "suspended" if name == "suspended" else "author"
    role = role if can_ask_on_board(world.people[role], board) else "agent"
    asker = world.people[role]
    question = make_question(
        asker,
        board,
        title=f"Canary {words['title']} sits in this title",
        body=f"Canary {words['body']} sits in this body @Readermember @Readerinsider @Readerlocal.",
        tags=words["tag"],
    )
    answer = make_answer(question, helper, f"Canary {words['answer']} sits in this answer here.")
    comments = [
        make_comment(
            question, question, helper, f"Comment {words['question comment']} @Readermember"
        ),
        make_comment(question, answer, asker, f"Comment {words['answer comment']} @Readermember"),
    ]
    suggester = next(one for one in SUGGESTERS if _reads(world.people[one], board))
    scene = Scene(*(name, late, question, answer, comments, words), asker=role, suggester=suggester)
    _hang_on(world, scene)
    _allow(scene)
    return scene


def _reads(person: User, board: Board) -> bool:
    query = select(Board.id).where(Board.id == board.id, board_is_visible(person))
    return db.session.scalar(query) is not None


def _hang_on(world: World, scene: Scene) -> None:
    """Add what has no factory: notes, versions, drafts, watches, an imported id, a picture."""
    question, words, people = scene.question, scene.words, world.people
    with transaction():
        picture = png(3, 2, (b"tEXt", words["picture"].encode()))
        scene.image = make_image(
            people[scene.asker], picture, post_id=question.id, alt=f"Alt {words['alt']} of it"
        )
        db.session.add(_staff_note(scene, people["moderator"]))
        request_info(
            people["moderator"], lock_question(question.id), f"Info {words['info note']} please"
        )
        db.session.add_all(_versions(scene))
        db.session.add(
            ImportedRecord(
                source="old", kind="question", source_id=str(question.id), post_id=question.id
            )
        )
        db.session.add(_closure(scene, people["moderator"]))
        recompute(lock_question(question.id))
        for place, form in (("ask draft", "ask"), ("answer draft", f"answer:{question.id}")):
            save_draft(people["author"].id, form, body=f"Draft {words[place]}")
        tag_id = db.session.scalars(select(Tag.id).where(Tag.name == words["tag"])).one()
        for person in people.values():
            watch(person.id, post_id=question.id)
            watch(person.id, tag_id=tag_id)
    if scene.name in WITH_SUPPORT:
        _write_in_private(scene, people["agent"])
    if scene.name not in WITHOUT_SUGGESTIONS:
        _suggest_changes(scene, people)
    if scene.name != "closed":
        make_acceptance(scene.answer, people["moderator"])


def _write_in_private(scene: Scene, agent: User) -> None:
    """Let the support team have the question in hand, and say things that are not for everybody."""
    words, case = scene.words, make_support_case(scene.question)
    with transaction():
        message_privately(agent, case.id, f"Between us: {words['case message']} it is.")
        _attach(scene, case.id)
        note_internally(agent, case.id, f"Noted {words['case note']} in the team.")
        side = SideConversation(case_id=case.id, email="a@example.test", subject="A mast")
        db.session.add(side)
        db.session.flush()
        answer = f"As a supplier I say {words['side message']} to it."
        receive_aside(side.id, "a@example.test", answer, message_id=None)
    _ask_to_publish(scene, agent)


def _ask_to_publish(scene: Scene, agent: User) -> None:
    """Ask for the consent to three texts out of private cases: no answer, declined, published."""
    words, asker = scene.words, load_user(scene.question.author_id)
    board = db.session.get_one(Board, scene.question.board_id)
    for answer in ("waiting", "declined", "agreed"):
        title = f"Private {words['private words']} in a subject"
        body = f"Only for the team: {words['private words']} it is."
        case = make_support_case(requester=asker, subject=title, body=body)
        word = words[f"{answer} text"]
        draft = Draft(f"Title {word} of a text", f"A masked {word} in a text.", "", board.slug)
        text = ask_customer(case, agent=agent, draft=draft)
        with transaction():
            if answer == "declined":
                reason = f"Because of {words['private words']} in it."
                decline(text.id, text_hash=text.text_hash, way="page", reason=reason)
            if answer == "agreed":
                agree(text.id, text_hash=text.text_hash, is_named=False, way="page")


def _suggest_changes(scene: Scene, people: dict[str, User]) -> None:
    """Let somebody suggest a change, and an edit of the asker's own wait for a moderator."""
    words, question = scene.words, scene.question
    suggested = {
        "body": f"Better {words['suggested text']} as a text",
        "note": f"Because {words['suggested note']} is right",
    }
    held = {"body": f"Changed {words['held text']} by its author", "is_held": True}
    for role, texts in ((scene.suggester, suggested), (scene.asker, held)):
        with transaction():
            found = [{"code": "screen_failed", "reference": None, "score": 0}]
            change = SuggestedEdit(
                post_id=question.id,
                author_id=people[role].id,
                base_title=question.title,
                base_tags=words["tag"],
                base_body=question.body,
                title=question.title,
                tags=words["tag"],
                findings=found if "is_held" in texts else [],
                **texts,
            )
            db.session.add(change)
            db.session.flush()
            ids = (change.id, question.id, question.id, change.author_id)
            emit(EditSuggested(*ids, change.is_held))


def _attach(scene: Scene, case_id: int) -> None:
    """Let the asker send a file, of which others meet neither name nor content."""
    asker, word = load_user(scene.question.author_id), scene.words["case file"]
    message = receive_message(case_id, from_user=asker, body="Please see the file.")
    file = NewFile(f"{word}.txt", "text/plain", f"Log {word} of it".encode())
    add_files(message, [file], author_id=asker.id)


def _versions(scene: Scene) -> list[Revision]:
    words, shared = scene.words, {"number": 1, "written_at": clock.now()}
    return [
        Revision(
            post_id=scene.question.id,
            title=f"Earlier {words['old title']} of the title",
            tags=words["old tag"],
            body=f"Earlier {words['old body']} of this body",
            author_id=scene.question.author_id,
            note=f"Because {words['revision note']}",
            **shared,
        ),
        Revision(
            post_id=scene.answer.id,
            body=f"Earlier {words['old answer']} of it",
            author_id=scene.answer.author_id,
            **shared,
        ),
    ]


def _staff_note(scene: Scene, moderator: User) -> StaffNote:
    return StaffNote(
        user_id=scene.question.author_id,
        author_id=moderator.id,
        body=f"Noted {scene.words['staff note']} about them",
    )


def _closure(scene: Scene, moderator: User) -> Closure:
    return Closure(
        question_id=scene.question.id,
        reason="duplicate",
        note=f"Closed {scene.words['closure note']} now",
        closed_by_id=moderator.id,
    )


def _allow(scene: Scene) -> None:
    seen = scene.question_allowed
    scene.allowed = dict.fromkeys(PLACES, seen)
    scene.allowed["ask draft"] = scene.allowed["answer draft"] = frozenset({"author"})
    scene.allowed["staff note"] = STAFF - {scene.asker}
    scene.allowed["case note"] = frozenset({"agent", "admin"})
    scene.allowed["side message"] = scene.allowed["case note"]
    scene.allowed["case message"] = scene.allowed["case note"] | {scene.asker}
    for place in ("case file", "private words", "waiting text", "declined text"):
        scene.allowed[place] = scene.allowed["case message"]
    scene.allowed["agreed text"] = EVERYBODY
    told = "agent" if scene.name.startswith(("answer ", "comment ")) else scene.asker
    there = {"local"} if scene.name.startswith("local ") else set()
    scene.allowed["removal reason"] = MODERATING | {told} | there
    local = {"local"} if scene.name.startswith("local") else set()
    for place in BY_SUGGESTER:
        scene.allowed[place] = seen & (
            MODERATING | REVIEWERS | {scene.suggester, scene.asker} | local
        )
    scene.allowed["held text"] = seen & (MODERATING | {scene.asker} | local)
    # One's own pictures are listed; a decision says which post it is about.
    scene.allowed["alt"] = seen | {scene.asker}
    if scene.name.rpartition(" ")[2] in ("hidden", "deleted"):
        scene.allowed["title"] = seen | {scene.asker}
    if scene.name == "merged":
        # The text is quoted on the other question's page; what it was before, and its tag, is not.
        kept = ("tag", "closure note", "info note", "old title", "old body", "old tag")
        scene.allowed |= dict.fromkeys((*kept, "revision note"), MODERATING)
    if scene.name in ("held", "flagged"):
        own = {"title", "body", "tag", "alt", "picture", "ask draft", "answer draft", "staff note"}
        others = set(PLACES) - own
        scene.allowed |= dict.fromkeys(others, MODERATING)
    if scene.name == "flagged":
        # Moderators and whoever reported it read the words of a report.
        scene.allowed["removal reason"] = MODERATING | {"member"}
    if scene.name.startswith("answer "):
        for place in ("answer", "answer comment", "old answer"):
            scene.allowed[place] = MODERATING
    if scene.name.startswith("comment "):
        scene.allowed["question comment"] = MODERATING


def change_states(world: World, scenes: Iterable[Scene]) -> None:
    """Hide, hold, delete and lock what the scenes' names say, and close the turned board."""
    moderator = world.people["moderator"]
    for scene in scenes:
        what, _, state = scene.name.rpartition(" ")
        posts = {"answer": scene.answer, "comment": scene.comments[0]}
        if state in REMOVED:
            reason = f"Removed {scene.words['removal reason']} as it was"
            set_post_visibility(posts.get(what, scene.question), state, moderator, reason)
        if state == "flagged":
            _hide_by_flags(world, scene)
        if state == "merged":
            _merge_away(world, scene)
        if state == "moved":
            with transaction():
                move_question(
                    moderator,
                    lock_question(scene.question.id),
                    world.boards["staff"],
                    "Not for all",
                )
        if state == "suspended":
            with transaction():
                facts = f"Suspended for {scene.words['removal reason']}"
                impose_sanction(
                    moderator,
                    scene.question.author_id,
                    "suspension",
                    days=3,
                    rule="spam",
                    facts=facts,
                )
        if state == "locked":
            with transaction():
                lock_writing(moderator, lock_question(scene.question.id), "Too heated")
    with transaction():
        change_audience(world.people["admin"], world.boards["turned"], "staff")


def _hide_by_flags(world: World, scene: Scene) -> None:
    """Let a member report the question, and a moderator so that it hides at once, an hour ago."""
    note = f"Reported {scene.words['removal reason']} to the team"
    with transaction():
        question = lock_question(scene.question.id)
        flag_post(world.people["member"], question, question, reason="spam", note=note)
    with transaction():
        question = lock_question(scene.question.id)
        flag_post(world.people["moderator"], question, question, reason="spam", at_once=True)
        # Its author may look at what is to be mended by now.
        db.session.execute(update(FlagHiding).values(hidden_at=days_ago(0.05)))


def _merge_away(world: World, scene: Scene) -> None:
    """Make the question part of one that only staff may read."""
    other = next(one for one in world.scenes if one.name == "staff")
    with transaction():
        found = lock_questions(scene.question.id, other.question.id)
        source, target = found[scene.question.id], found[other.question.id]
        merge_question(world.people["moderator"], source, target, "The same")


def link_to_unseen(world: World) -> None:
    """Let public questions point at the unseen ones: as duplicates, and as what was read before."""
    public = [scene.question.id for scene in world.scenes if scene.name in ("public", "closed")]
    hidden = [scene.question.id for scene in world.unseen("member")]
    with transaction():
        for question_id, other_id in zip(public * len(hidden), hidden, strict=False):
            db.session.add(
                Deflection(
                    question_id=other_id,
                    asked_question_id=question_id,
                    user_id=world.people["author"].id,
                    outcome="rejected",
                )
            )
        for question_id, other_id in zip(public, hidden, strict=False):
            db.session.execute(
                update(Closure)
                .where(Closure.question_id == question_id)
                .values(duplicate_of_id=other_id)
            )
