"""Which files are kept with a message, by what they hold. Pure.

What their sender says they are counts for nothing. Nothing is kept that a browser or a desktop runs
when it is opened: no pages, scripts, programs, archives or documents with macros.
"""

MIB = 1_048_576
FILE_MAX_BYTES = 10 * MIB
FILES_MAX_BYTES = 20 * MIB
PICTURES_MAX = 5

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
