"""What a file's first bytes say it is, and how large: read before anything is decoded.

Names and declared types are never asked. Sources: PNG (W3C, §11.2.1), JPEG (ITU-T T.81, B.2),
GIF89a (§18), WebP (RFC 9649, §2).
"""

import struct
from typing import NamedTuple

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEIGHT_AND_WIDTH = struct.Struct(">HH")
# Start of frame, all kinds but those for differences (C4, C8 and CC are other markers).
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers without a length: padding, restarts, start and end of the image.
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xDA)})
_START_OF_SCAN = 0xDA
_MOST_SEGMENTS = 1_000


class Header(NamedTuple):
    """The kind of a picture as Pillow calls it, and its size in pixels."""

    kind: str
    width: int
    height: int


def read_header(data: bytes) -> Header | None:
    """Return what a picture's header says, or None for anything that is no picture we take."""
    for read in (_read_png, _read_jpeg, _read_gif, _read_webp):
        header = read(data)
        if header is not None:
            return header if header.width and header.height else None
    return None


def _read_png(data: bytes) -> Header | None:
    if not data.startswith(PNG_SIGNATURE) or data[8:16] != b"\0\0\0\rIHDR" or len(data) < 24:
        return None
    return Header("PNG", *struct.unpack(">II", data[16:24]))


def _read_gif(data: bytes) -> Header | None:
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 10:
        return None
    return Header("GIF", *struct.unpack("<HH", data[6:10]))


def _read_webp(data: bytes) -> Header | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    chunk, body = data[12:16], data[20:30]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
    elif chunk == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = (value & 0x3FFF for value in struct.unpack("<HH", body[6:10]))
    elif chunk == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        return None
    return Header("WEBP", width, height)


def _read_jpeg(data: bytes) -> Header | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    for _ in range(_MOST_SEGMENTS):
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if len(data) < at + 4 or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker in _BARE_MARKERS:
            at += 2
            continue
        if marker in _FRAME_MARKERS:
            return _jpeg_frame(data[at + 5 : at + 9])
        if marker == _START_OF_SCAN:
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _jpeg_frame(size: bytes) -> Header | None:
    if len(size) < _HEIGHT_AND_WIDTH.size:
        return None
    height, width = _HEIGHT_AND_WIDTH.unpack(size)
    return Header("JPEG", width, height)
