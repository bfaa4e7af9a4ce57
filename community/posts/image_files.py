"""The files of pictures: two sizes each, under names of ours, readable by the site alone.

A name is made of a picture's key and nothing else: no part of an address or of what somebody
uploaded ever becomes a path. A file appears under its name when all of it is on the disk.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from community.core.jobs import external
from community.core.settings import current_settings

LARGE, SMALL = "large", "small"
SIZES = (LARGE, SMALL)
_KEY = re.compile(r"[0-9a-f]{32}")


def images_folder() -> Path:
    """Return the folder of all pictures."""
    settings = current_settings()
    return Path(settings.images_path) if settings.images_path else settings.instance_path / "images"


def path_of_image(key: str, size: str) -> Path:
    """Return where a size of a picture lies; raises ``ValueError`` for what is no key."""
    if not _KEY.fullmatch(key) or size not in SIZES:
        raise ValueError("neither key nor size")
    return images_folder() / key[:2] / f"{key}.{size}"


def write_image(key: str, *, large: bytes, small: bytes) -> None:
    """Write a picture's files, the smaller one where there is any."""
    for size, content in ((LARGE, large), (SMALL, small)):
        if content:
            _write(path_of_image(key, size), content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f"{path.suffix}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # Without it the name may be lost with the power though the content is not.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@external
def delete_images(keys: list[str]) -> None:
    """Delete the files of pictures whose rows are gone (task)."""
    for key in keys:
        delete_image_files(key)


def delete_image_files(key: str) -> None:
    """Delete a picture's files; those that are gone already are none."""
    for size in SIZES:
        path = path_of_image(key, size)
        path.unlink(missing_ok=True)
        path.with_suffix(f"{path.suffix}.part").unlink(missing_ok=True)


def list_stored_keys(before: datetime) -> Iterator[list[str]]:
    """Yield the keys of files last written before a time, a folder at once."""
    root = images_folder()
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        found = set()
        with suppress(FileNotFoundError):
            for entry in os.scandir(folder):
                key = entry.name.partition(".")[0]
                if _KEY.fullmatch(key) and entry.stat().st_mtime < before.timestamp():
                    found.add(key)
        yield sorted(found)
