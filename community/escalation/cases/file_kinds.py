"""Which files are kept with a message, by what they hold. Pure.

What their sender says they are counts for nothing. Nothing is kept that a browser or a desktop runs
when it is opened: no pages, scripts, programs, archives or documents with macros.
"""

import re
import unicodedata

from community.core import markup

MIB = 1_048_576
FILE_MAX_BYTES = 10 * MIB
FILES_MAX_BYTES = 20 * MIB
PICTURES_MAX = 5
NAME_MAX_CHARS = 100

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# The end of the name, what we say it is, and how the content begins.
_KINDS = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": (f"{_OFFICE}wordprocessingml.document", b"PK\x03\x04"),
    "xlsx": (f"{_OFFICE}spreadsheetml.sheet", b"PK\x03\x04"),
    "odt": (f"{_OPEN}text", b"PK\x03\x04"),
    "ods": (f"{_OPEN}spreadsheet", b"PK\x03\x04"),
}
_UNFIT = re.compile(r'[/\\:*?"<>|\u2044\u2215]')
# Control and format characters, line ends, surrogates.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
# What Windows takes for a device, whatever its ending.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$|clock\$)\s*(?:\.|$)", re.IGNORECASE
)
_TEXTS = ("txt", "log", "csv")
TEXT = "text/plain"


def content_type_of(name: str, content: bytes) -> str | None:
    """Return what a file that is no picture is served as; None if it is not kept."""
    if not content or len(content) > FILE_MAX_BYTES:
        return None
    ending = name.rpartition(".")[2].lower()
    if ending in _TEXTS:
        return None if b"\x00" in content else TEXT
    content_type, beginning = _KINDS.get(ending, (None, b""))
    return content_type if content.startswith(beginning) else None


def file_name(declared: str) -> str:
    """Return the bare name of a file, without what would be a path or steer a terminal."""
    plain = unicodedata.normalize("NFKC", markup.make_showable(declared[:1_000]))
    bare = "".join("_" if unicodedata.category(c) in _UNSEEN else c for c in plain)
    bare = _UNFIT.sub("_", bare)
    while ".." in bare:
        bare = bare.replace("..", "_")
    bare = " ".join(bare.split()).strip(". _").lstrip("-~")
    if _DEVICE.match(bare):
        bare = f"file_{bare}"
    if len(bare) > NAME_MAX_CHARS:
        # The end says what kind it is.
        bare = bare[: NAME_MAX_CHARS - 12] + bare[-12:]
    return bare or "file"
