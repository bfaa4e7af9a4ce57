"""What is kept of a picture: the pixels, the right way up, and nothing else."""

import json
import struct
import zlib
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from time import perf_counter
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from community.core.images import (
    ImageRefused,
    ImageTooCostly,
    ImageTooHeavy,
    ImageTooManyPixels,
    Limits,
    NotAnImage,
    Picture,
    Remaker,
    remake,
)
from tests.core.images.watching import children, watching
from tests.factories.images import png
from tests.pace import ends_within
from tests.shared_data import find_shared_data, shared_data

CANARY = "SecretCam"
MAKER, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825
RED, BLUE = (200, 30, 30), (30, 30, 200)
UPLOADS = find_shared_data("security/uploads.jsonl")
# Without the data there is one row, which skips.
ROWS = [json.loads(line) for line in UPLOADS.read_text().splitlines()] if UPLOADS else [None]


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def sides(image: Image.Image) -> Image.Image:
    """Return a picture whose left half is red and whose right half is blue."""
    image.paste(BLUE, (0, 0, *image.size))
    image.paste(RED, (0, 0, image.width // 2, image.height))
    return image


def loaded_with_metadata(kind: str) -> bytes:
    exif = Image.Exif()
    exif[MAKER] = CANARY
    exif[GPS] = {1: "N", 2: (54.0, 5.0, 0.0), 29: CANARY}
    options: dict[str, Any] = {
        "exif": exif.tobytes(),
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        + CANARY.encode(),
    }
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>".encode()
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", CANARY)
        texts.add_text("Author", CANARY, zip=True)
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options["pnginfo"] = texts
    elif kind == "JPEG":
        iptc = b"\x1c\x02\x78" + struct.pack(">H", len(CANARY)) + CANARY.encode()
        blocks = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
        app13 = b"Photoshop 3.0\0" + blocks + b"\0" * (len(iptc) % 2)
        options |= {"comment": CANARY.encode(), "xmp": xmp}
        options["extra"] = b"\xff\xed" + struct.pack(">H", len(app13) + 2) + app13
    else:
        options["xmp"] = xmp
    return encoded(sides(Image.new("RGB", (64, 48))), kind, **options) + CANARY.encode()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_but_the_pixels_survives(kind: str) -> None:
    data = loaded_with_metadata(kind)
    assert data.count(CANARY.encode()) >= 4
    picture = remake(data)
    assert picture.content_type == f"image/{kind.lower()}"
    assert CANARY.encode() not in picture.large
    kept = opened(picture.large)
    assert not kept.getexif()
    assert set(kept.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "loop",
        "background",
        "timestamp",
        "duration",
    }
    assert not {b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"8BIM", b"tEXt", b"iCCP"} & {
        mark
        for mark in (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"8BIM", b"tEXt", b"iCCP")
        if mark in picture.large
    }


def test_a_gif_is_kept_as_its_first_frame() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in (RED, BLUE)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=CANARY)
    picture = remake(data)
    assert (picture.content_type, picture.large_size) == ("image/png", (9, 9))
    assert CANARY.encode() not in picture.large
    assert opened(picture.large).convert("RGB").getpixel((4, 4)) == RED


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_the_camera_was_held(kind: str, orientation: int) -> None:
    upright = sides(Image.new("RGB", (80, 40)))
    # What the camera wrote: what turns into the upright picture by EXIF's rule.
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    kept = opened(remake(encoded(stored, kind, exif=exif.tobytes(), quality=95)).large)
    assert kept.size == (80, 40)
    left, right = (kept.convert("RGB").getpixel((x, 20)) for x in (10, 70))
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *(
            ("1", "PNG"),
            ("L", "PNG"),
            ("LA", "PNG"),
            ("P", "PNG"),
            ("RGBA", "PNG"),
            ("I;16", "PNG"),
        ),
        *(("P", "GIF"), ("CMYK", "JPEG"), ("L", "JPEG"), ("RGBA", "WEBP")),
    ],
)
def test_pictures_of_every_mode_are_kept(mode: str, kind: str) -> None:
    picture = remake(encoded(Image.new(mode, (50, 30)), kind))
    assert picture.large_size == opened(picture.large).size == (50, 30)


def test_sixteen_bits_keep_their_brightness() -> None:
    picture = remake(encoded(Image.new("I;16", (8, 8), 32_768), "PNG"))
    assert abs(opened(picture.large).getpixel((4, 4)) - 128) <= 1


def test_what_is_transparent_stays_so() -> None:
    image = Image.new("RGBA", (10, 10), (1, 2, 3, 0))
    for kind in ("PNG", "WEBP"):
        kept = opened(remake(encoded(image, kind, lossless=True)).large)
        assert kept.getpixel((5, 5))[3] == 0


def test_large_pictures_are_kept_in_two_sizes() -> None:
    picture = remake(encoded(Image.new("RGB", (4_000, 3_000)), "JPEG"))
    assert (picture.large_size, picture.small_size) == ((2_560, 1_920), (1_200, 900))
    assert opened(picture.large).size == picture.large_size
    assert opened(picture.small).size == picture.small_size


def test_a_small_picture_is_kept_once() -> None:
    picture = remake(encoded(Image.new("RGB", (1_200, 300)), "PNG"))
    assert picture.small == b""
    assert picture.small_size == picture.large_size == (1_200, 300)


def test_a_photograph_in_a_png_does_not_take_ten_times_the_room() -> None:
    noise = Image.effect_noise((1_000, 700), 60)
    assert remake(encoded(noise, "PNG")).content_type == "image/jpeg"
    assert remake(encoded(noise.convert("RGBA"), "PNG")).content_type == "image/webp"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"] if row else "none")
def test_hostile_files_end_as_they_should(row: dict[str, Any]) -> None:
    """``attachment-nosniff`` is what a site does that keeps files: we keep pictures alone."""
    shared_data("security/uploads.jsonl")
    expect, data = row["expect"], b64decode(row["content_base64"])
    seconds = expect.get("max_seconds", 5) + _overhead()
    with watching() as watched:
        picture = ends_within(seconds, lambda: _remade(data))
    verdict = expect["verdict"]
    if verdict in ("reject", "reject-or-attachment", "attachment-nosniff"):
        assert picture is None
    if verdict == "accept-stripped":
        assert picture is not None
    if picture is not None:
        assert expect.get("absent", "\0absent").encode() not in picture.large
        assert not opened(picture.large).getexif()
    assert watched.peak_mib <= 40 + expect.get("max_extra_mib", 64)


def _remade(data: bytes) -> Picture | None:
    try:
        return remake(data)
    except ImageRefused:
        return None


def _overhead() -> float:
    """Return how long starting a process for a tiny picture takes just now."""
    started = perf_counter()
    remake(png())
    return perf_counter() - started


@pytest.mark.parametrize(
    ("width", "height"), [(40_000_001, 1), (6_325, 6_325), (65_535, 65_535), (2**31 - 1, 2**31 - 1)]
)
def test_pixels_are_counted_before_anything_is_decoded(width: int, height: int) -> None:
    data = bytearray(png())
    data[16:24] = struct.pack(">II", width, height)
    with watching() as watched, pytest.raises(ImageTooManyPixels):
        remake(bytes(data))
    assert not watched.seen


def test_a_picture_of_forty_million_pixels_stays_within_the_memory() -> None:
    data = encoded(Image.new("RGBA", (7_300, 5_470), (1, 2, 3, 4)), "PNG", compress_level=1)
    patient = Remaker(Limits(cpu_seconds=30, wall_seconds=60))
    with watching() as watched:
        picture = patient.remake(data)
    assert picture.large_size == (2_560, 1_918)
    assert 100 < watched.peak_mib < 256


def test_a_decoder_that_needs_more_memory_is_refused_it() -> None:
    small = Remaker(Limits(memory_bytes=100 * 1024 * 1024))
    data = encoded(Image.new("RGB", (6_000, 6_000)), "PNG", compress_level=1)
    with watching() as watched, pytest.raises(ImageTooCostly):
        small.remake(data)
    assert watched.peak_mib < 100


def test_a_webp_too_large_for_the_memory_is_refused_at_once() -> None:
    data = encoded(Image.new("RGB", (4_300, 4_300)), "WEBP", method=0)
    with watching() as watched, pytest.raises(ImageTooCostly):
        remake(data)
    assert not watched.seen


def test_a_header_that_lies_about_the_size_helps_nobody() -> None:
    inner = zlib.compress(bytes(5_001 * 10_000))
    data = png(3, 2, (b"IDAT", inner))
    picture = _remade(data)
    assert picture is None or picture.large_size == (3, 2)


@pytest.mark.parametrize("limits", [Limits(wall_seconds=0.02), Limits(cpu_seconds=0)])
def test_a_child_that_takes_too_long_is_ended_and_reaped(limits: Limits) -> None:
    data = encoded(Image.effect_noise((4_000, 3_000), 60), "PNG", compress_level=1)
    with pytest.raises(ImageTooCostly):
        Remaker(limits).remake(data[: 10 * 1024 * 1024])
    assert children() == []


def test_a_file_too_large_is_not_looked_at() -> None:
    with watching() as watched, pytest.raises(ImageTooHeavy):
        remake(png() + bytes(10 * 1024 * 1024))
    assert not watched.seen


@pytest.mark.parametrize("cut", [30, 60, 200, 2_000])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_truncated_pictures_are_refused(kind: str, cut: int) -> None:
    noise = Image.effect_noise((90, 90), 60)
    data = encoded(noise.convert("RGB") if kind != "GIF" else noise.convert("P"), kind)
    with pytest.raises(ImageRefused):
        remake(data[:cut])


def test_a_picture_that_is_something_else_as_well_is_only_a_picture() -> None:
    script = b"<script>alert(1)</script>"
    jpeg = encoded(sides(Image.new("RGB", (40, 40))), "JPEG", comment=script)
    for data in (jpeg + script, png(3, 2, (b"tEXt", b"a\0" + script)) + b"PK\x03\x04" + script):
        picture = remake(data)
        assert b"script" not in picture.large
        assert b"PK\x03\x04" not in picture.large


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b" ", b"GIF89", b"\x89PNG\r\n"])
def test_only_pictures_are_taken(start: bytes) -> None:
    with pytest.raises(NotAnImage):
        remake(start + b"<html><svg onload=alert(1)>" + bytes(100))


def test_many_pictures_at_once_all_come_out() -> None:
    images = [encoded(Image.new("RGB", (200 + n, 100)), "JPEG") for n in range(8)]
    with ThreadPoolExecutor(8) as pool, watching() as watched:
        widths = [picture.large_size[0] for picture in pool.map(remake, images)]
    assert widths == [200 + n for n in range(8)]
    assert children() == []
    assert watched.peak_mib < 256
