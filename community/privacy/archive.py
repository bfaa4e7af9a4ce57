"""An archive of one person's data: a ZIP of JSON files, and pages to read them by.

``index.html`` and ``posts.html`` are in the member's language; the JSON files carry the names of
the tables and columns, explained in ``about.json``.
"""

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from flask import current_app

from community.core import clock
from community.core.i18n import reader_language
from community.core.settings import current_settings
from community.escalation.cases.queries.files import list_own_files, read_file
from community.identity.models import User
from community.posts.image_files import LARGE, path_of_image
from community.posts.queries import list_all_images
from community.privacy.queries.own_rows import (
    exported_columns,
    exported_tables,
    own_posts,
    own_rows,
    own_suggestions,
)
from community.privacy.register import TABLES
from community.privacy.wording import heading_of, kind_of, state_of

FORMAT = 1
# What depends on what its owner may see of others by now.
OF_VIEWERS = {"posts": own_posts, "suggested_edits": own_suggestions}


@dataclass(frozen=True)
class Section:
    """One file of the archive."""

    heading: str
    path: str
    count: int


def write_archive(user: User, path: Path) -> None:
    """Write everything held of a member to a file that only the site can read.

    The file appears under its name when it is complete. Memory stays bounded.
    """
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _fill(archive, user)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _fill(archive: zipfile.ZipFile, user: User) -> None:
    sections = []
    for name in exported_tables():
        rows = OF_VIEWERS[name](user) if name in OF_VIEWERS else own_rows(name, user.id)
        count = _write_json(archive, f"data/{name}.json", rows)
        sections.append(Section(heading_of(name), f"data/{name}.json", count))
    _add_pictures(archive, user.id)
    _add_case_files(archive, user.id)
    _write_text(archive, "data/about.json", [json.dumps(_about(user), indent=1)])
    _write_page(archive, "posts.html", posts=own_posts(user))
    _write_page(archive, "index.html", sections=[s for s in sections if s.count], user=user)


def _add_pictures(archive: zipfile.ZipFile, user_id: int) -> None:
    """Add the pictures themselves, in the largest size that is kept; they shrink no further."""
    for image in list_all_images(user_id):
        ending = image.content_type.rpartition("/")[2]
        # One whose file is lost must not keep the others from their owner.
        with suppress(FileNotFoundError, ValueError):
            archive.write(
                path_of_image(image.key, LARGE),
                f"pictures/{image.id}.{ending}",
                zipfile.ZIP_STORED,
            )


def _add_case_files(archive: zipfile.ZipFile, user_id: int) -> None:
    """Add the files they sent to the support team, one in memory at a time."""
    for file_id, name in list_own_files(user_id):
        archive.writestr(f"case-files/{file_id}-{name}", read_file(file_id))


def _write_json(archive: zipfile.ZipFile, path: str, rows: Iterable[dict[str, Any]]) -> int:
    """Write a list of objects, one a line; returns how many."""
    count = 0
    with archive.open(path, "w") as file:
        file.write(b"[")
        for row in rows:
            file.write(b",\n" if count else b"\n")
            file.write(json.dumps(row, default=_plain, ensure_ascii=False).encode())
            count += 1
        file.write(b"\n]\n")
    return count


def _plain(value: object) -> str:
    if isinstance(value, date):  # An instant is one as well.
        return value.isoformat()
    raise TypeError(f"no way to write {type(value).__name__} as JSON")


def _about(user: User) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "site": current_settings().site_url,
        "account": user.id,
        "made_at": clock.now().isoformat(),
        "columns": {name: _meanings(name) for name in exported_tables()},
    }


def _meanings(name: str) -> dict[str, str]:
    personal = TABLES[name].personal
    return {
        column: personal[column].what if column in personal else "not about a person"
        for column in exported_columns(name)
    }


def _write_page(archive: zipfile.ZipFile, path: str, **context: Any) -> None:
    template = current_app.jinja_env.get_template(f"privacy/archive/{path}")
    pieces = template.generate(
        language=reader_language(),
        site_name=current_settings().site_name,
        made_at=clock.now(),
        kind_of=kind_of,
        state_of=state_of,
        **context,
    )
    _write_text(archive, path, pieces)


def _write_text(archive: zipfile.ZipFile, path: str, pieces: Iterable[str]) -> None:
    file: IO[bytes]
    with archive.open(path, "w") as file:
        for block in _blocks(pieces):
            file.write(block)


def _blocks(pieces: Iterable[str], at_least: int = 65_536) -> Iterator[bytes]:
    """Join the small pieces a template yields."""
    kept: list[str] = []
    size = 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= at_least:
            yield "".join(kept).encode()
            kept, size = [], 0
    yield "".join(kept).encode()
