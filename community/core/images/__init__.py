"""Pictures that people upload: judged by their content, decoded elsewhere, made anew.

``remake`` is all there is to it: bytes in, bytes out. The kind and the size are read from the first
bytes before anything is decoded; decoding and encoding are done by a process of their own that has
256 MiB, 2 seconds and no files, so neither a bomb nor a flaw in a decoder reaches ours. Only the
pixels are kept, turned the way the camera was held: no place, no camera, no profile, no comment.
"""

from typing import NamedTuple

from community.core.images.errors import (
    ImageRefused,
    ImagesBusy,
    ImageTooCostly,
    ImageTooHeavy,
    ImageTooManyPixels,
    NotAnImage,
)
from community.core.images.header import read_header
from community.core.images.limits import DEFAULT_LIMITS, MIB, Limits
from community.core.images.process import Children

__all__ = [
    "CONTENT_TYPES",
    "DEFAULT_LIMITS",
    "MIB",
    "ImageRefused",
    "ImageTooCostly",
    "ImageTooHeavy",
    "ImageTooManyPixels",
    "ImagesBusy",
    "Limits",
    "NotAnImage",
    "Picture",
    "Remaker",
    "remake",
]

CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


class Picture(NamedTuple):
    """A picture made anew, in two sizes (pixels); ``small`` is empty where ``large`` is small."""

    content_type: str
    large: bytes
    small: bytes
    large_size: tuple[int, int]
    small_size: tuple[int, int]


class Remaker:
    """Makes pictures anew within limits. Safe for threads and forks."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._children = Children(limits)

    def remake(self, data: bytes) -> Picture:
        """Return an uploaded file as the picture that is kept.

        Takes up to some seconds, so no write lock may be held. Raises ``ImageRefused`` with words
        for the uploader, ``ImagesBusy`` when too many come at once.
        """
        if len(data) > self.limits.max_bytes:
            raise ImageTooHeavy()
        header = read_header(data)
        if header is None:
            raise NotAnImage()
        if header.width * header.height > self.limits.max_pixels:
            raise ImageTooManyPixels()
        if header.kind == "WEBP" and header.width * header.height > self.limits.max_webp_pixels:
            raise ImageTooCostly()
        facts, pictures = self._children.remake(data, header.kind)
        return Picture(
            CONTENT_TYPES[facts["kind"]],
            pictures[0],
            pictures[1] if len(pictures) > 1 else b"",
            tuple(facts["large"]),
            tuple(facts["small"]),
        )


DEFAULT_REMAKER = Remaker()


def remake(data: bytes) -> Picture:
    """Return an uploaded file as the picture that is kept (see ``Remaker.remake``)."""
    return DEFAULT_REMAKER.remake(data)
