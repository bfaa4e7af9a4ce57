"""The child process that decodes one picture: ``python -I -S child.py PATH LIMITS KIND``.

A program of its own, not a module: it knows Pillow and the standard library, gets neither the
environment nor the site's code, reads the picture from standard input and writes what was made of
it to standard output: four bytes of length, JSON of that length, then the pictures one after the
other. PATH is where Pillow lies.

Before it looks at the picture it gives up what an attacker inside it would want: memory beyond the
limit, time, files and sockets (no further file descriptor), children, large output.
"""

import copy  # noqa: F401 - GIF asks for it when it can no longer be opened.
import json
import os
import resource
import struct
import sys
from io import BytesIO
from typing import Any

sys.path.append(sys.argv[1])

from PIL import Image, ImageFile

# Imported now, because nothing can be opened later: JPEGs of telephones may hold several pictures
# (MPO), and orientations are read with the TIFF plugin.
from PIL import (  # noqa: F401  # isort: skip
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
    _webp,
)

# Otherwise it looks for more of them when the first picture is opened.
Image.preinit()

Limits = dict[str, Any]

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What each kind is kept as; a GIF is kept as its first frame.
KEPT_AS = {"PNG": "PNG", "GIF": "PNG", "JPEG": "JPEG", "WEBP": "WEBP"}
SAVING = {
    "PNG": {"compress_level": 4},
    "JPEG": {"quality": 85},
    "WEBP": {"quality": 85, "method": 1},
}
BAND_ROWS = 64
MOST_PIXELS_WHOLE = 12_000_000
PHOTOGRAPH_BYTES = 100_000
PNG_SIGNATURE_BYTES = 8
PNG_CHUNK = struct.Struct(">I4s")
PNG_CHECKSUM_BYTES = 4
PNG_CHUNKS_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"eXIf", b"IEND"})


def main() -> None:
    limits, kind = json.loads(sys.argv[2]), sys.argv[3]
    data = _read_all()
    give_up_rights(limits)
    try:
        answer, pictures = remake(data, kind, limits)
    except MemoryError:
        answer, pictures = {"reason": "memory"}, []
    except Image.DecompressionBombError:
        answer, pictures = {"reason": "pixels"}, []
    except Exception as error:
        answer, pictures = {"reason": f"error {type(error).__name__}"}, []
    head = json.dumps(answer).encode()
    for part in (struct.pack(">I", len(head)), head, *pictures):
        _write(part)


def give_up_rights(limits: Limits) -> None:
    """Let this process take no more than it may need for one picture."""
    Image.MAX_IMAGE_PIXELS = limits["max_pixels"] // 2  # Pillow refuses twice as many.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    cpu = limits["cpu_seconds"]
    for kind, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_NOFILE, 3, 3),
        (resource.RLIMIT_FSIZE, limits["output_bytes"], limits["output_bytes"]),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_AS, limits["memory_bytes"], limits["memory_bytes"]),
    ):
        resource.setrlimit(kind, (soft, hard))


def remake(data: bytes, kind: str, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    """Return what was made of a picture: its facts, and its two sizes encoded anew."""
    decode = decode_webp if kind == "WEBP" else decode_other
    reduced, orientation = decode(data, kind, limits)
    large = shrink(reduced, limits["large_side"])
    if orientation is not None:
        large = large.transpose(TURNS[orientation])
    small = shrink(large, limits["small_side"])
    pictures, kept_as = encode_both(large, small, KEPT_AS[kind])
    answer = {
        "kind": kept_as,
        "large": large.size,
        "small": small.size,
        "lengths": [len(picture) for picture in pictures],
    }
    return answer, pictures


def decode_other(data: bytes, kind: str, limits: Limits) -> tuple[Image.Image, int | None]:
    """Return a picture, reduced so that there is room to work on it, and how it is to be turned."""
    if kind == "PNG":
        data = without_extras(data)
    with Image.open(BytesIO(data), formats=[kind]) as image:
        refuse_too_many_pixels(image.size, limits)
        orientation = orientation_of(image)
        if kind == "JPEG":
            # Decodes to a half, a quarter or an eighth at once where that is still large enough.
            image.draft(None, (limits["large_side"], limits["large_side"]))
        image.load()
        return reduce(image, limits["large_side"]), orientation


def decode_webp(data: bytes, kind: str, limits: Limits) -> tuple[Image.Image, int | None]:
    """Do the same for a WebP, whose frame Pillow would copy more often than there is room."""
    orientation, size, mode = facts_of_webp(data, limits)
    decoder = _webp.WebPAnimDecoder(data)
    frame = decoder.get_next()
    del decoder
    if frame is None:
        raise ValueError("no frame")
    image = Image.frombuffer(mode, size, frame[0], "raw", mode, 0, 1)
    return reduce(image, limits["large_side"]), orientation


def facts_of_webp(data: bytes, limits: Limits) -> tuple[int | None, tuple[int, int], str]:
    """Return how a WebP is to be turned, its size and the mode its pixels come in."""
    with Image.open(BytesIO(data), formats=["WEBP"]) as image:
        refuse_too_many_pixels(image.size, limits)
        return orientation_of(image), image.size, "RGBA" if image.mode == "RGBA" else "RGBX"


def refuse_too_many_pixels(size: tuple[int, int], limits: Limits) -> None:
    """Raise what Pillow raises for bombs, for a picture that is larger than its header said."""
    if size[0] * size[1] > limits["max_pixels"]:
        raise Image.DecompressionBombError


def without_extras(data: bytes) -> bytes:
    """Return a PNG without its texts, profiles and animations: they may be bombs of their own."""
    kept, at = [data[:PNG_SIGNATURE_BYTES]], PNG_SIGNATURE_BYTES
    while at + PNG_CHUNK.size <= len(data):
        length, name = PNG_CHUNK.unpack_from(data, at)
        end = at + PNG_CHUNK.size + length + PNG_CHECKSUM_BYTES
        if name in PNG_CHUNKS_KEPT:
            kept.append(data[at:end])
        at = end
        if name == b"IEND":
            break
    return b"".join(kept)


def orientation_of(image: Image.Image) -> int | None:
    """Return how the camera was held, as EXIF says it, or None."""
    try:
        orientation = image.getexif().get(ORIENTATION)
    except MemoryError:
        raise
    except Exception:
        # Broken metadata make no picture unreadable.
        return None
    return orientation if orientation in TURNS else None


def reduce(image: Image.Image, side: int) -> Image.Image:
    """Return a copy in a mode that can be kept, by a whole factor smaller where it is large.

    Band by band: a second copy of a picture of 40 million pixels would not fit into the memory.
    """
    mode = _plain_mode(image)
    factor = 1 if image.width * image.height <= MOST_PIXELS_WHOLE else 2
    factor = max(factor, max(image.size) // (2 * side))
    width, height = (-(-length // factor) for length in image.size)
    reduced = Image.new(mode, (width, height))
    for top in range(0, image.height, BAND_ROWS * factor):
        bottom = min(image.height, top + BAND_ROWS * factor)
        band = _in_mode(image.crop((0, top, image.width, bottom)), mode)
        reduced.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return reduced


def shrink(image: Image.Image, side: int) -> Image.Image:
    """Return a picture whose longer side is at most ``side``."""
    longest = max(image.size)
    if longest <= side:
        return image
    target = tuple(max(1, round(length * side / longest)) for length in image.size)
    return image.resize(target, Image.Resampling.LANCZOS)


def _plain_mode(image: Image.Image) -> str:
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return "RGBA"
    return "L" if image.mode in ("1", "L", "I", "F") or image.mode.startswith("I;") else "RGB"


def _in_mode(band: Image.Image, mode: str) -> Image.Image:
    if band.mode in ("I", "F") or band.mode.startswith("I;"):
        # Sixteen bits: Pillow would cut off what is above 255.
        band = band.convert("F").point(lambda value: value * (255 / 65535) + 0)
        band = band.convert("L")
    return band if band.mode == mode else band.convert(mode)


def encode_both(large: Image.Image, small: Image.Image, kind: str) -> tuple[list[bytes], str]:
    """Return a picture's sizes as bytes, and what they are; one where both are the same."""
    first = encode(small, kind)
    if kind == "PNG" and is_photograph(first, small):
        # A screenshot stays sharp as PNG; a photograph would take ten times the room.
        kind = "WEBP" if small.mode == "RGBA" else "JPEG"
        first = encode(small, kind)
    pictures = [first] if small.size == large.size else [encode(large, kind), first]
    return pictures, kind


def is_photograph(encoded: bytes, picture: Image.Image) -> bool:
    """Say whether a picture is one that PNG cannot make small."""
    return len(encoded) > max(PHOTOGRAPH_BYTES, picture.width * picture.height)


def encode(picture: Image.Image, kind: str) -> bytes:
    """Return a picture's bytes, with nothing but the pixels."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = BytesIO()
    bare.save(out, kind, **SAVING[kind])
    return out.getvalue()


def _read_all() -> bytes:
    parts = []
    while part := os.read(0, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


main()
