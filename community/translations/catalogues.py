"""Collect what the code says, and keep the catalogues in step with it.

The files hold neither dates nor places in the code: a catalogue changes only with its words.
"""

import tomllib
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("de",)
# Beside Babel's own names for gettext: those of Flask-Babel, and a method of core.wording.
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "_count": (1, 2)}


class DatelessCatalog(Catalog):
    """A catalogue whose header says only what a reader of it must know."""

    # Babel reads and writes the header through this property.
    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Header without dates, names and versions."""
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", f"text/plain; charset={self.charset}"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]


def extract_messages() -> Catalog:
    """Return every message of code and templates, untranslated."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    methods = [(each["pattern"], each["method"]) for each in project["tool"]["babel"]["mappings"]]
    found = Catalog()
    for path, line, message, _, context in extract_from_dir(ROOT, methods, keywords=KEYWORDS):
        found.add(message, None, [(path, line)], context=context)
    return found


def read_catalogue(language: str) -> Catalog:
    """Return a language's catalogue as it is stored; empty for a new language."""
    path = source_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def refreshed(language: str, messages: Catalog) -> DatelessCatalog:
    """Return a language's catalogue with exactly these messages, as far as they are translated."""
    known = read_catalogue(language)
    heading = "# What the forum says. Refresh and compile with: python3 dev.py translate"
    fresh = DatelessCatalog(locale=language, header_comment=heading, fuzzy=False)
    for message in messages:
        if message.id:
            old = known.get(message.id, message.context)
            fresh.add(
                message.id,
                old.string if old and not old.fuzzy else None,
                flags=message.flags,
                context=message.context,
            )
    return fresh


def untranslated(catalogue: Catalog) -> list[Message]:
    """Return the messages that lack a translation or one of its plural forms."""
    return [message for message in catalogue if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    """Whether there are words for every form."""
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms)


def source_text(catalogue: Catalog) -> bytes:
    """Return the catalogue as text for people (``.po``)."""
    out = BytesIO()
    write_po(out, catalogue, width=100, no_location=True, sort_output=True)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as the forum reads it (``.mo``)."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def source_path(language: str) -> Path:
    """Where the text stands."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def compiled_path(language: str) -> Path:
    """Where the compiled catalogue stands."""
    return source_path(language).with_suffix(".mo")


def write_catalogue(language: str, catalogue: Catalog) -> None:
    """Store a catalogue in both forms."""
    source_path(language).parent.mkdir(parents=True, exist_ok=True)
    source_path(language).write_bytes(source_text(catalogue))
    compiled_path(language).write_bytes(compiled(catalogue))
