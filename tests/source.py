"""The project's own source, parsed once, for tests about the source itself."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("community", "moderation", "reputation")


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the root and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    def calls(self) -> Iterator[tuple[str, int]]:
        """Name (the last part of it) and line of everything that is called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
                yield name, node.lineno

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """All functions and methods."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All Python files below the folders."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append(Source(str(path.relative_to(ROOT)), text, ast.parse(text)))
    return tuple(found)


def application() -> tuple[Source, ...]:
    """The files that make up the application, without tests and migrations."""
    return sources(*PACKAGES)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Everything that git knows, or that would be added next."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        return _files_below(ROOT)
    return tuple(
        path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()
    )


def _files_below(root: Path) -> tuple[Path, ...]:
    """Stand-in for git, for a tree that was unpacked rather than cloned."""
    skipped = {".git", ".venv", "instance", "__pycache__", "node_modules"}
    return tuple(
        path
        for path in root.rglob("*")
        if path.is_file() and not skipped & set(path.relative_to(root).parts)
    )
