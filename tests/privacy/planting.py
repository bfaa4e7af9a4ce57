"""A member whose data stands everywhere it can: one canary a place."""

import json
import secrets
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import Job, enqueue
from community.core.mail import Message, deliver_mail, enqueue_mail
from community.core.settings import current_settings
from community.core.submissions import Submission
from community.identity.lookalikes import skeleton_of
from community.identity.models import (
    ExternalIdentity,
    OneTimeToken,
    Passkey,
    RecoveryCode,
    TotpFactor,
    User,
    UserSession,
)
from community.identity.names import mention_name_of, name_key_of
from community.identity.operations.names import change_name
from community.identity.tasks import mail_email_change
from community.importers.models import ImportedRecord
from community.notifications.models import Notification
from community.posts.drafts import save_draft
from community.posts.models import Post, Revision
from community.posts.operations import give_kudos, watch
from community.privacy.operations.archives import build_export, request_export
from community.questions.models import Closure, InfoRequest, Question
from community.questions.operations.questions import lock_question, say_me_too
from community.search.models import Deflection
from tests.canaries import canary
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.factories.editing import edit_reply

PLACES = (
    *("name", "old name", "mail", "old mail", "bio", "password", "device", "network"),
    *("link sent to", "passkey", "totp", "recovery", "provider subject", "imported id"),
    *("draft", "old version", "deleted post", "search typed", "job", "parked job", "job error"),
    *("mail file", "revision note", "audit reason"),
)


@dataclass
class Planted:
    """Who is to go, who stays, and the words that must be gone; ``kept`` are those that stay."""

    user: User
    other: User
    question: Question
    words: dict[str, str]
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def needles(self) -> dict[str, str]:
        """All spellings that must not be found any more."""
        name, old = f"Ann {self.words['name']}", f"Old {self.words['old name']}"
        return {
            **self.words,
            "mention": mention_name_of(name),
            "key": name_key_of(name),
            "skeleton": skeleton_of(name),
            "old key": name_key_of(old),
            "old skeleton": skeleton_of(old),
        }


def plant() -> Planted:
    """Make the member and everything about them."""
    words = {place: canary() for place in PLACES}
    for place in ("name", "old name"):
        # "rn" passes for "m": so the form in which names look alike holds another word.
        words[place] = f"{words[place][:7]}rn{words[place][7:]}"
    user, other = _people(words)
    question = make_question(
        user,
        make_board("public-board"),
        title=f"Ann {words['name']} cannot call anybody",
        body=f"I am Ann {words['name']}, write to {words['mail']}@example.org about it.",
        tags="sim",
    )
    planted = Planted(user, other, question, words)
    _write(planted)
    _others_write(planted)
    _ways_in(planted)
    _machinery(planted)
    return planted


def build_archive(planted: Planted) -> None:
    """Build an archive of the member's data, which holds most of it once more."""
    with transaction():
        export_id = request_export(load_user(planted.user.id)).id
    build_export(export_id)


def _people(words: dict[str, str]) -> tuple[User, User]:
    user = make_user(
        f"Old {words['old name']}",
        email=f"{words['old mail']}@example.org",
        bio=f"Lives in {words['bio']}",
        password=words["password"],
        language="en",
    )
    with transaction():
        stored = db.session.get_one(User, user.id)
        change_name(stored, f"Ann {words['name']}")
        stored.email = f"{words['mail']}@example.org"
    return load_user(user.id), make_user("Other Person", language="en")


def _write(planted: Planted) -> None:
    user, words = planted.user, planted.words
    planted.kept["answer"] = canary()
    other_question = make_question(planted.other, make_board("second-board"))
    answer = make_answer(other_question, user, f"Restart it {planted.kept['answer']} and wait.")
    removed = make_comment(other_question, other_question, user, f"Oops {words['deleted post']}")
    set_post_visibility(removed, "deleted", load_user(user.id))
    with transaction():
        db.session.add(
            Revision(
                post_id=answer.id,
                number=1,
                body=f"An earlier version with {words['old version']} in it.",
                author_id=user.id,
                written_at=clock.now(),
                note=f"because {words['revision note']}",
            )
        )
        save_draft(user.id, "ask", title="A draft", body=f"Draft {words['draft']}")
        watch(user.id, post_id=other_question.id)
        watch(planted.other.id, person_id=user.id)
        give_kudos(user, db.session.get_one(Post, other_question.id))
        say_me_too(user, lock_question(other_question.id))
        db.session.add(
            Deflection(
                question_id=other_question.id,
                user_id=user.id,
                typed=f"typed {words['search typed']}",
                outcome="opened",
            )
        )


def _others_write(planted: Planted) -> None:
    words, other, question = planted.words, planted.other, planted.question
    name = f"Ann {words['name']}"
    answer = make_answer(
        question,
        other,
        f"Hello @{mention_name_of(name)}!\n\n> {name} wrote:\n> I cannot call\n\n"
        f"Old {words['old name']} knows, or {words['old mail']}@example.org does.",
    )
    make_comment(question, answer, other, f"@ANN{words['name'].upper()} please answer.")
    elsewhere = make_question(
        other, title=f"Where is {name} today", body=f"Ask ann {words['name']} or somebody else."
    )
    with transaction():
        edit_reply(
            make_user("Moderating Person", role="moderator"),
            lock_question(question.id),
            db.session.get_one(Post, answer.id),
            body=f"Shortened: ask {name}, who is at /users/{planted.user.id}/ann-{words['name']}",
            note=f"{name} asked for it",
        )
        save_draft(other.id, f"answer:{elsewhere.id}", body=f"I think {name} is right")
        db.session.add(
            Closure(
                question_id=elsewhere.id,
                reason="off_topic",
                note=f"{name} said so",
                closed_by_id=other.id,
            )
        )
        db.session.add(
            InfoRequest(
                question_id=elsewhere.id, note=f"Which {name} is it?", requested_by_id=other.id
            )
        )


def _ways_in(planted: Planted) -> None:
    user_id, words = planted.user.id, planted.words
    with transaction():
        db.session.add_all(
            [
                UserSession(
                    user_id=user_id,
                    token_hash=secrets.token_hex(32),
                    method="password",
                    device=words["device"],
                    network=words["network"],
                ),
                OneTimeToken(
                    user_id=user_id,
                    purpose="change_email",
                    token_hash=secrets.token_hex(32),
                    sent_to=f"{words['link sent to']}@example.org",
                    expires_at=clock.now() + timedelta(hours=1),
                ),
                Passkey(
                    user_id=user_id,
                    credential_id=secrets.token_bytes(32),
                    public_key=b"key",
                    name=words["passkey"],
                ),
                TotpFactor(user_id=user_id, secret=words["totp"]),
                RecoveryCode(user_id=user_id, code_hash=words["recovery"]),
                ExternalIdentity(
                    user_id=user_id, provider="company", subject=words["provider subject"]
                ),
                ImportedRecord(
                    source="old", kind="user", source_id=words["imported id"], user_id=user_id
                ),
                Notification(
                    user_id=user_id,
                    kind="mention",
                    post_id=planted.question.id,
                    question_id=planted.question.id,
                    actor_id=planted.other.id,
                ),
            ]
        )


def _machinery(planted: Planted) -> None:
    words = planted.words
    later = clock.now() + timedelta(days=400)
    address = f"{words['mail']}@example.org"
    with transaction():
        enqueue_mail(Message(to=address, subject="Hi", text=f"Link {words['job']}", html=""))
        asked = f"{words['link sent to']}@example.org"
        enqueue(mail_email_change, user_id=planted.user.id, email=asked, language="en")
        db.session.flush()
        for job in db.session.scalars(select(Job)):
            job.due_at = later
        db.session.add(
            Job(
                task="core.mail.deliver_mail",
                arguments={"to": address, "text": words["parked job"]},
                parked_at=clock.now(),
                attempts=8,
                last_error=f"refused {address} {words['job error']}",
            )
        )
        slug = f"ann-{words['name']}-cannot-call-anybody"
        db.session.add(
            Submission(
                key=secrets.token_hex(16),
                location=f"/questions/{planted.question.id}/{slug}",
                created_at=clock.now(),
            )
        )
    with transaction():
        reason = f"They told us {words['audit reason']}"
        record(SYSTEM, Action.SESSIONS_ENDED, subject=("user", planted.user.id), reason=reason)
        # About somebody else, it loses their name alone.
        reason = f"Quarrelled with Ann {words['name']} about it"
        record(SYSTEM, Action.SESSIONS_ENDED, subject=("user", planted.other.id), reason=reason)
    assert deliver_mail
    folder = current_settings().instance_path / "mail"
    folder.mkdir(exist_ok=True)
    text = f"To: {address}\nSubject: Hi\n\nLink {words['mail file']}\n"
    (folder / "20260101-000000-1.log").write_text(text)
    (folder / "20260101-000000-2.log").write_text("To: somebody@example.org\n\nkept\n")


def dump(folder: Path, database_kind: str) -> dict[str, bytes]:
    """Return every byte the site has written, by the place where it stands."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for place in [place for place in found if place.endswith(".zip")]:
        with zipfile.ZipFile(folder / place) as archive:
            found |= {f"{place}/{name}": archive.read(name) for name in archive.namelist()}
    if database_kind == "postgresql":
        found["database"] = _all_rows()
    return found


def _all_rows() -> bytes:
    from sqlalchemy import text

    from community.core.db import Base

    lines = []
    for name in Base.metadata.tables:
        for row in db.session.execute(text(f'SELECT * FROM "{name}"')).mappings():
            lines.append(f"{name} {json.dumps({k: str(v) for k, v in row.items()})}")
            lines += [bytes(v).decode("latin-1") for v in row.values() if isinstance(v, bytes)]
    db.session.rollback()
    return "\n".join(lines).encode()


def hits(places: dict[str, bytes], needles: dict[str, str]) -> list[str]:
    """Return where which canary is found, in any case and in the encodings text is stored in."""
    found = []
    for place, data in places.items():
        folded = data.lower()
        for what, word in needles.items():
            if word.lower().encode() in folded or word.lower().encode("utf-16-le") in folded:
                found.append(f"{what} in {place}")
    return found
