"""How far an import is: a bar on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import click

from community.importers.reading import SourceFile

Item = TypeVar("Item")
_EVERY = 200


class Progress(Protocol):
    """Shows how far a stage is."""

    def follow(self, label: str, file: SourceFile, items: Iterable[Item]) -> Iterator[Item]:
        """Pass items on while they are read from a file."""


class NoProgress:
    """Shows nothing: for logs and tests."""

    def follow(self, label: str, file: SourceFile, items: Iterable[Item]) -> Iterator[Item]:
        """Pass items on."""
        yield from items


class ProgressBar:
    """Draws a bar by how many bytes of the file were read."""

    def follow(self, label: str, file: SourceFile, items: Iterable[Item]) -> Iterator[Item]:
        """Pass items on, moving the bar."""
        with click.progressbar(length=max(1, file.size_bytes), label=f"{label:<16}") as bar:
            for number, item in enumerate(items):
                if number % _EVERY == 0:
                    bar.update(file.read_bytes - bar.pos)
                yield item
            bar.update(bar.length - bar.pos if bar.length else 0)


def fitting_progress() -> Progress:
    """Return a bar where standard output is a terminal."""
    return ProgressBar() if sys.stdout.isatty() else NoProgress()
