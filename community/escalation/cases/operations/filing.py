"""Files that come with what a customer writes: judged before any lock is taken, then kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from community.core import images
from community.core.db import db
from community.core.images.header import read_header
from community.escalation.cases.file_kinds import FILES_MAX_BYTES, PICTURES_MAX, content_type_of
from community.escalation.cases.models import FILE_NAME_MAX_CHARS, CaseFile, CaseMessage

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class GivenFile(Protocol):
    """A file as it came; ``name`` is a bare name and never a path."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True)
class NewFile:
    """A file as it is kept."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class FitFiles:
    """What is kept of the files that came, and the names of those that are not."""

    kept: tuple[NewFile, ...] = ()
    left: tuple[str, ...] = ()


def fit_files(given: Iterable[GivenFile]) -> FitFiles:
    """Return which files are kept, pictures made anew: of a kind we take, and small enough.

    Takes up to seconds a picture, so no write lock may be held. Raises ``ImagesBusy``.
    """
    kept: list[NewFile] = []
    left: list[str] = []
    pictures = room = 0
    for file in given:
        is_picture = read_header(file.content) is not None
        pictures += is_picture
        if is_picture:
            fit = _picture(file) if pictures <= PICTURES_MAX else None
        else:
            fit = _document(file)
        if fit is None or room + len(fit.content) > FILES_MAX_BYTES:
            left.append(file.name)
            continue
        room += len(fit.content)
        kept.append(fit)
    return FitFiles(tuple(kept), tuple(left))


def _picture(file: GivenFile) -> NewFile | None:
    try:
        picture = images.remake(file.content)
    except images.ImageRefused:
        return None
    # Its kind may be another one now.
    stem = file.name.rpartition(".")[0] or file.name
    ending = ENDINGS[picture.content_type]
    name = f"{stem[: FILE_NAME_MAX_CHARS - 5]}.{ending}"
    return NewFile(name, picture.content_type, picture.large)


def _document(file: GivenFile) -> NewFile | None:
    content_type = content_type_of(file.name, file.content)
    if content_type is None:
        return None
    return NewFile(file.name[-FILE_NAME_MAX_CHARS:], content_type, file.content)


def add_files(message: CaseMessage, files: Sequence[NewFile], *, author_id: int | None) -> None:
    """Keep files with a message; with one that has some already, nothing changes."""
    if not files or _has_files(message.id):
        return
    for file in files:
        db.session.add(
            CaseFile(
                message_id=message.id,
                author_id=author_id,
                name=file.name,
                content_type=file.content_type,
                size_bytes=len(file.content),
                content=file.content,
            )
        )
    db.session.flush()


def _has_files(message_id: int) -> bool:
    query = db.session.query(CaseFile.id).filter(CaseFile.message_id == message_id)
    return query.first() is not None
