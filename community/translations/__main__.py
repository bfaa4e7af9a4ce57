"""``python -m community.translations``: refresh and compile every catalogue."""

import sys

import click

from community.translations.catalogues import (
    LANGUAGES,
    extract_messages,
    refreshed,
    untranslated,
    write_catalogue,
)


def main() -> int:
    """Refresh all; the exit code says whether something waits for a translation."""
    messages = extract_messages()
    missing = 0
    for language in LANGUAGES:
        catalogue = refreshed(language, messages)
        write_catalogue(language, catalogue)
        waiting = untranslated(catalogue)
        missing += len(waiting)
        click.echo(f"{language}: {len(catalogue)} messages, {len(waiting)} untranslated")
        for message in waiting:
            click.echo(f"  {message.id}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
