"""Taking a person out of what is not theirs by a column: waiting jobs, forms sent, mail files."""

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_, select, update

from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.settings import current_settings
from community.core.submissions import Submission
from community.privacy.queries.people import contains
from community.privacy.redaction import Person, Redactor

BATCH = 500
MAIL_FOLDER = "mail"
MAIL_SUFFIX = ".log"


def forget_jobs(redactor: Redactor) -> None:
    """Delete waiting and parked jobs that name a person, and empty errors that do."""
    for job_id, arguments, error in _jobs():
        named = any(redactor.finds_in(text) for text in _texts_in(arguments))
        with transaction():
            if named:
                db.session.execute(delete(Job).where(Job.id == job_id))
            elif error and redactor.finds_in(error):
                db.session.execute(update(Job).where(Job.id == job_id).values(last_error=None))


def _jobs() -> list[tuple[int, Any, str | None]]:
    """Return jobs that hold words at all; most hold ids."""
    query = select(Job.id, Job.arguments, Job.last_error).order_by(Job.id)
    found = []
    for job_id, arguments, error in db.session.execute(query).yield_per(BATCH):
        if error or any(True for _ in _texts_in(arguments)):
            found.append((job_id, arguments, error))
    return found


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)


def forget_submissions(person: Person) -> None:
    """Delete notes of forms that led to an address made of a person's name."""
    folded = {"-".join(name.casefold().split()) for name in person.names} | {
        f"/users/{person.user_id}/"
    }
    conditions = [contains(Submission.location, needle) for needle in folded if needle]
    with transaction():
        db.session.execute(delete(Submission).where(or_(*conditions)))


def delete_mail_files(redactor: Redactor) -> None:
    """Delete mails written to files that are addressed to a person or name them."""
    for path in mail_files():
        if any(redactor.finds_in(text) for text in _texts_of_mails(path)):
            path.unlink(missing_ok=True)


def mail_files() -> list[Path]:
    """Return the files that mails are written to where there is no mail server."""
    folder = current_settings().instance_path / MAIL_FOLDER
    return sorted(folder.glob(f"*{MAIL_SUFFIX}")) if folder.is_dir() else []


def _texts_of_mails(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    yield raw.decode("utf-8", "replace")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    # Names with accents stand encoded in headers and parts.
    yield " ".join(str(value) for value in message.values())
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_content()
            yield str(content)
