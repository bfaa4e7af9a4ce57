"""Sizes and manners of the source: what keeps it readable, and what must never be in it."""

import ast
import re
from pathlib import Path

import pytest

from tests.source import PACKAGES, ROOT, application, sources, tracked_files

FILE_LIMIT = 400
# A test file is read a test at a time.
TEST_FILE_LIMIT = 600
TEMPLATE_LIMIT = 150
FUNCTION_LIMIT = 50
LOCKS = ("requirements/app.txt", "requirements/dev.txt")
# Registries write themselves into locks; a machine's folders creep in by copying from a terminal.
REGISTRIES = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.org", "registry" + r"\.npm"))
)
PLACES = re.compile(r"(?<![\w.:/])/(?:home|root|Users|work|opt|tmp)/[\w.-]+")


def test_files_are_short() -> None:
    assert _longer_than(FILE_LIMIT, *PACKAGES) == {}
    assert _longer_than(TEST_FILE_LIMIT, "tests") == {}


def _longer_than(limit: int, *folders: str) -> dict[str, int]:
    lengths = {source.path: len(source.text.splitlines()) for source in sources(*folders)}
    return {path: length for path, length in lengths.items() if length > limit}


def test_templates_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "community").rglob("templates/**/*.html")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > TEMPLATE_LIMIT
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = {
        f"{source.path}:{function.name}": lines
        for source in sources(*PACKAGES, "tests")
        for function in source.functions()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LIMIT
    }
    assert long == {}


def test_no_dictionary_names_a_key_twice() -> None:
    """The former value would be lost in silence; the linter sees it of plain constants alone."""
    twice = [
        f"{source.path}:{key.lineno} {ast.unparse(key)}"
        for source in sources(*PACKAGES, "tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Dict)
        for place, key in enumerate(node.keys)
        if key is not None and ast.dump(key) in {ast.dump(k) for k in node.keys[:place] if k}
    ]
    assert twice == []


def test_public_functions_of_the_business_say_what_they_do() -> None:
    silent = [
        f"{source.path}:{node.name}"
        for source in application()
        if re.search(r"/(operations|queries|policies)\b", source.path)
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith(("_", "can_"))
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_work_is_left_as_a_note() -> None:
    note = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    found = [
        f"{path.relative_to(ROOT)}"
        for path in tracked_files()
        if path.suffix in (".py", ".html", ".js", ".css", ".toml", ".md")
        and "vendor" not in path.parts
        and note.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    found = []
    for path in tracked_files():
        if "vendor" in path.parts or path.suffix in (".png", ".ico", ".woff2", ".mo", ".xz"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in (REGISTRIES, PLACES):
            found += [f"{path.relative_to(ROOT)}: {m.group()}" for m in pattern.finditer(text)]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_locks_carry_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", text, re.M)
    blocks = re.split(r"(?m)^(?=[\w.-]+(?:\[|==))", text)[1:]
    assert pins
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_locks_agree_with_the_project() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    wanted = {m.lower() for m in re.findall(r'^    "([A-Za-z][\w-]*)', text, re.M)}
    dev = (ROOT / LOCKS[1]).read_text()
    missing = [name for name in sorted(wanted) if f"\n{name}==" not in f"\n{dev}"]
    assert [name for name in missing if name in _dependencies(text)] == []


def _dependencies(text: str) -> set[str]:
    block = text.partition("dependencies = [")[2].partition("]\n\n[dep")[0]
    return {m.lower() for m in re.findall(r'"([A-Za-z][\w-]*)', block)}


def test_local_files_stay_local() -> None:
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {".venv", "instance/", ".env", "uv.lock"} <= set(ignored)
    assert not any(Path(ROOT / name) in tracked_files() for name in ("uv.lock", ".env"))
