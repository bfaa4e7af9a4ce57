"""Taking a person out of what is not theirs by a column: waiting jobs, forms sent, mail files."""

import email
import re
from collections.abc import Iterable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default as _POLICY
from email.utils import getaddresses
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import read_mo
from sqlalchemy import delete, or_, select, update

from community.core.db import db, transaction
from community.core.i18n import TRANSLATIONS
from community.core.jobs import Job
from community.core.settings import current_settings
from community.core.submissions import Submission
from community.identity.operations.sessions import hash_of
from community.privacy.queries.people import contains
from community.privacy.redaction import Person, Redactor

BATCH = 500
MAIL_FOLDER = "mail"
MAIL_SUFFIX = ".log"
# 256 bits, as ``secrets.token_urlsafe`` writes them.
_TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")


def forget_jobs(redactor: Redactor) -> None:
    """Delete waiting and parked jobs for a person, and take them out of mails to others.

    What a mail to somebody else says stays: it may be the notice that saves their account.
    """
    redactor = _for_mails(redactor)
    for job_id, arguments, error in _jobs():
        if _is_for(redactor.person, arguments):
            with transaction():
                db.session.execute(delete(Job).where(Job.id == job_id))
        elif values := _without(redactor, arguments, error):
            with transaction():
                db.session.execute(update(Job).where(Job.id == job_id).values(values))


def _jobs() -> list[tuple[int, Any, str | None]]:
    """Return jobs that hold words at all; most hold ids."""
    query = select(Job.id, Job.arguments, Job.last_error).order_by(Job.id)
    found = []
    for job_id, arguments, error in db.session.execute(query).yield_per(BATCH):
        if error or any(isinstance(value, str) for value in arguments.values()):
            found.append((job_id, arguments, error))
    return found


def _is_for(person: Person, arguments: dict[str, Any]) -> bool:
    if "user_id" in arguments:
        return bool(arguments["user_id"] == person.user_id)
    return _is_addressed(person, [arguments.get("to"), arguments.get("email")]) or _holds_link(
        person, [arguments.get("text"), arguments.get("html")]
    )


def _is_addressed(person: Person, addresses: Iterable[object]) -> bool:
    theirs = {address.lower() for address in person.emails}
    return any(isinstance(to, str) and to.strip().lower() in theirs for to in addresses)


def _holds_link(person: Person, texts: Iterable[object]) -> bool:
    """Say whether a mail brings one of the person's own links, whatever its address."""
    tokens = {token for text in texts if isinstance(text, str) for token in _TOKEN.findall(text)}
    return any(hash_of(token) in person.links for token in tokens)


def _without(redactor: Redactor, arguments: dict[str, Any], error: str | None) -> dict[str, Any]:
    """Return the columns of a job that change when a person is taken out."""
    language = current_settings().default_language
    redacted = {
        name: redact(arguments[name], language)
        for name, redact in (
            ("subject", redactor.redact_mail),
            ("text", redactor.redact_mail),
            ("html", redactor.redact_html),
        )
        if isinstance(arguments.get(name), str)
    }
    values: dict[str, Any] = {}
    if any(arguments[name] != new for name, new in redacted.items()):
        values["arguments"] = {**arguments, **redacted}
    if error and redactor.finds_in(error):
        values["last_error"] = redactor.redact(error, "en")
    return values


def _for_mails(redactor: Redactor) -> Redactor:
    """Return what leaves the site's own words alone: a member may be called "New password"."""
    person, words = redactor.person, _own_words() + current_settings().site_name.casefold()
    ours = {name for name in person.spellings if _stands_in(words, name)}
    return Redactor(replace(person, ordinary=person.ordinary | ours))


def _stands_in(words: str, name: str) -> bool:
    folded = re.escape(" ".join(name.split()).casefold())
    return re.search(rf"(?<!\w){folded}(?!\w)", words) is not None


@lru_cache(maxsize=1)
def _own_words() -> str:
    """Return all sentences of the site, in all its languages."""
    found: list[str] = []
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")):
        with path.open("rb") as file:
            for message in read_mo(file):
                for text in (message.id, message.string):
                    found += [text] if isinstance(text, str) else list(text or ())
    return "\n".join(" ".join(text.split()) for text in found).casefold() + "\n"


def forget_submissions(person: Person) -> None:
    """Delete notes of forms that led to an address made of a person's name."""
    folded = {"-".join(name.casefold().split()) for name in person.names} | {
        f"/users/{person.user_id}/"
    }
    conditions = [contains(Submission.location, needle) for needle in folded if needle]
    with transaction():
        db.session.execute(delete(Submission).where(or_(*conditions)))


def forget_mail_files(redactor: Redactor) -> None:
    """Delete mails written to files for a person, and take them out of mails to others."""
    redactor = _for_mails(redactor)
    for path in mail_files():
        mail = email.message_from_bytes(path.read_bytes(), policy=_POLICY)
        texts = [part.get_content() for part in _text_parts(mail)]
        if _is_addressed(redactor.person, _receivers(mail)) or _holds_link(redactor.person, texts):
            path.unlink(missing_ok=True)
        elif _rewrite(mail, redactor):
            new = path.with_suffix(".new")
            new.write_bytes(mail.as_bytes())
            new.replace(path)


def _receivers(mail: EmailMessage) -> list[str]:
    fields = [str(value) for name in ("To", "Cc", "Bcc") for value in mail.get_all(name, [])]
    return [address for _, address in getaddresses(fields)]


def _text_parts(mail: EmailMessage) -> list[EmailMessage]:
    return [part for part in mail.walk() if part.get_content_maintype() == "text"]


def _rewrite(mail: EmailMessage, redactor: Redactor) -> bool:
    """Take a person out of a mail's subject and texts; False if they are not in it."""
    language, changed = current_settings().default_language, False
    subject = str(mail.get("Subject", ""))
    if (new := redactor.redact_mail(subject, language)) != subject:
        mail.replace_header("Subject", new)
        changed = True
    for part in _text_parts(mail):
        old = part.get_content()
        is_html = part.get_content_subtype() == "html"
        new = (redactor.redact_html if is_html else redactor.redact_mail)(old, language)
        if new != old:
            part.set_content(new, subtype=part.get_content_subtype())
            changed = True
    return changed


def mail_files() -> list[Path]:
    """Return the files that mails are written to where there is no mail server."""
    folder = current_settings().instance_path / MAIL_FOLDER
    return sorted(folder.glob(f"*{MAIL_SUFFIX}")) if folder.is_dir() else []
