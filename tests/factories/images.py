"""Pictures, small ones, and rows of pictures that lie in the store."""

import secrets
import struct
import zlib
from typing import Any

from community.core.db import db
from community.identity.models import User
from community.posts.image_files import write_image
from community.posts.models import Attachment


def png(width: int = 3, height: int = 2, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a grey PNG with more chunks behind its header."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


PICTURE = png()


def make_image(uploader: User, content: bytes = PICTURE, **values: Any) -> Attachment:
    """Keep a picture as an upload leaves it, within the caller's transaction."""
    key = secrets.token_hex(16)
    write_image(key, large=content, small=b"")
    image = Attachment(
        key=key,
        uploader_id=uploader.id,
        content_type="image/png",
        width=3,
        height=2,
        small_width=3,
        small_height=2,
        bytes=len(content),
        **values,
    )
    db.session.add(image)
    db.session.flush()
    return image
