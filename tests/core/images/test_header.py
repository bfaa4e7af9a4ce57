"""The kind and the size of a picture, read from its first bytes."""

from io import BytesIO

import pytest
from PIL import Image

from community.core.images.header import Header, read_header


def encoded(kind: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "RGB", {}),
        ("GIF", "P", {}),
        ("JPEG", "RGB", {}),
        ("JPEG", "L", {"progressive": True}),
        ("JPEG", "RGB", {"comment": b"x" * 60_000, "exif": b"Exif\0\0" + b"y" * 60_000}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
    ],
)
def test_kind_and_size_are_those_of_the_picture(
    kind: str, mode: str, options: dict[str, object]
) -> None:
    assert read_header(encoded(kind, (321, 123), mode, **options)) == Header(kind, 321, 123)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\x00\x00" * 3_000,
        b"\xff\xd8" + b"\xff" * 100_000,
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"RIFF\0\0\0\0WEBPVP9 " + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        b"P6 2 2 255 " + bytes(12),
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"GIF89a" + bytes(4),
    ],
)
def test_anything_else_is_no_picture(data: bytes) -> None:
    assert read_header(data) is None


def test_every_cut_of_a_picture_is_read_or_refused_without_an_error() -> None:
    for kind in ("PNG", "GIF", "JPEG", "WEBP"):
        data = encoded(kind, (9, 9), "P" if kind == "GIF" else "RGB")
        for length in range(len(data)):
            header = read_header(data[:length])
            assert header in (None, Header(kind, 9, 9))
