"""Files that a form brings beside a private message: judged before the write lock is taken."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from flask import g, request
from flask_babel import gettext as _

from community.core.errors import Invalid, Refusal
from community.escalation.cases.file_kinds import FILE_MAX_BYTES, FILES_MAX_BYTES, file_name
from community.escalation.cases.models import CaseMessage
from community.escalation.cases.operations.filing import FitFiles, add_files, fit_files
from community.posts.picture_views import may_go_on

FIELD = "files"
MOST_BYTES = FILES_MAX_BYTES
MOST_FILES = 10


class FilesRefused(Invalid):
    """Some of the files are not taken; what was typed stays, the files do not."""


class _Given(NamedTuple):
    """A file as the form brought it."""

    name: str
    content: bytes


def take_in_files() -> None:
    """Judge the files of a form and make its pictures anew, which may take seconds.

    Whoever may not use the form is sent away here already, in the same words.
    """
    if not has_files() or not may_go_on():
        return
    try:
        fit = fit_files(_given())
        g.case_files = replace(fit, left=(*fit.left, *_too_many()))
    except Refusal as refusal:
        g.case_files_refusal = str(refusal)
    finally:
        # It was loaded by a transaction that is over; the next one loads it anew.
        g.pop("_login_user", None)


def _given() -> Iterator[_Given]:
    for upload in request.files.getlist(FIELD)[:MOST_FILES]:
        if upload.filename:
            # One byte more tells that it is too large.
            yield _Given(file_name(upload.filename), upload.stream.read(FILE_MAX_BYTES + 1))


def _too_many() -> Iterator[str]:
    """Yield the names of the files that are not even looked at: they are not lost in silence."""
    for upload in request.files.getlist(FIELD)[MOST_FILES:]:
        if upload.filename:
            yield file_name(upload.filename)


def has_files() -> bool:
    """Say whether the form brought files."""
    return any(upload.filename for upload in request.files.getlist(FIELD))


def check_files(*reasons: str) -> None:
    """Raise ``FilesRefused`` unless all files of the form are taken; ``reasons`` are against it."""
    if not has_files():
        return
    files: FitFiles = g.get("case_files", FitFiles())
    if reasons:
        words = " ".join(reasons)
    elif refusal := g.get("case_files_refusal"):
        words = refusal
    elif files.left:
        words = _("These files are not taken: %(names)s.", names=", ".join(files.left))
    else:
        return
    raise FilesRefused(errors={FIELD: f"{words} {choose_again()}"})


def choose_again() -> str:
    """Return what is said where a page comes back without the files."""
    return _("Please choose your files again.")


def keep_files(message: CaseMessage, author_id: int) -> None:
    """Keep the files of the form with a message."""
    files: FitFiles = g.get("case_files", FitFiles())
    add_files(message, files.kept, author_id=author_id)
