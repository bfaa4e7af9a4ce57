#!/usr/bin/env python3
"""Set up and run the project; needs nothing but Python 3.11.

python3 dev.py demo [--port 5000]     a running forum with demo content
python3 dev.py test [pytest options]  everything that must hold; options: only pytest, on SQLite
python3 dev.py check                  format, lint, types, import rules
python3 dev.py bench [accounts|standing|fairness|spam|replay|escalation|clocks] [--json]  benchmarks
python3 dev.py stress NAME            a long test of one reliability goal
python3 dev.py translate              refresh and compile the catalogues of words
python3 dev.py lock                   new versions into requirements/
"""

# This file must be readable by older Pythons too, or they could not say what is missing.
from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
UV = "uv==0.13.9"
DEMO_PORT = "5000"

CHECKS = {
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "."],
    "types": [PYTHON, "-m", "mypy"],
    "imports": [BIN / "lint-imports"],
}
PYTEST = [PYTHON, "-m", "pytest"]
# Two processes, because the forum promises its figures on two cores.
WHOLE_SUITE = [*PYTEST, "-n", "2", "--dist", "worksteal", "-rfEs"]
LOCKS = {"app": [], "dev": ["--all-extras", "--group", "test", "--group", "lint"]}


def main() -> int:
    if sys.version_info < (3, 11):
        return fail(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    commands = {
        "demo": demo,
        "test": test,
        "check": check,
        "bench": bench,
        "stress": stress,
        "translate": translate,
        "lock": lock,
    }
    name, arguments = (sys.argv[1:2] or ["help"])[0], sys.argv[2:]
    if name not in commands:
        print(__doc__)
        return 0 if name in ("help", "-h", "--help") else 2
    os.chdir(ROOT)
    try:
        return commands[name](arguments)
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        return fail(f"This did not work: {' '.join(map(str, error.cmd))}")


def demo(arguments: list[str]) -> int:
    """Serve the forum with demo content, on this machine alone."""
    for name in ("DATABASE_URL", "FORUM_SECRET_KEY"):
        if os.environ.get(name):
            return fail(f"{name} is set: the demo uses its own database and secret. Unset it.")
    if os.environ.get("FORUM_ENVIRONMENT", "demo") != "demo":
        return fail("FORUM_ENVIRONMENT is not demo: the demo never touches another site.")
    install("app")
    command = [PYTHON, "-m", "community.demo", *arguments]
    if os.name == "nt":
        return run(command)
    # Replaced rather than called, so that signals reach the demo itself.
    return os.execv(PYTHON, [str(part) for part in command])


def test(arguments: list[str]) -> int:
    """Run everything, or with arguments only pytest (SQLite)."""
    install("dev")
    if arguments:
        return run([*PYTEST, *arguments])
    started = time.monotonic()
    results = run_checks()
    results["tests on SQLite"] = run_suite(WHOLE_SUITE, "sqlite")
    results["tests on PostgreSQL"] = run_suite([*WHOLE_SUITE, "-m", "not browser"], "postgresql")
    print(f"\nSummary ({time.monotonic() - started:.0f} s)")
    for name, (passed, failed, skipped) in results.items():
        print(f"  {name:20} {passed} passed, {failed} failed, {skipped} skipped")
    passed, failed, _ = (sum(column) for column in zip(*results.values(), strict=True))
    # The last line, alone: continuous integration reads the counts from it.
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def check(arguments: list[str]) -> int:
    """Check format, lint, types and import rules."""
    install("dev")
    results = run_checks()
    return 1 if any(failed for _, failed, _ in results.values()) else 0


def bench(arguments: list[str]) -> int:
    """Measure; see tests/benchmarks."""
    install("dev")
    return run([PYTHON, "-m", "tests.benchmarks", *arguments])


def stress(arguments: list[str]) -> int:
    """Run one of the long tests; see tests/stress."""
    install("dev")
    return run([PYTHON, "-m", "tests.stress", *arguments])


def translate(arguments: list[str]) -> int:
    """Bring the catalogues up to date with the code; fails while something is untranslated."""
    install("dev")
    return run([PYTHON, "-m", "community.translations"])


def lock(arguments: list[str]) -> int:
    """Compile both lock files anew from pyproject.toml; they hold hashes, never an address."""
    install("dev")
    compile_ = ["uv", "pip", "compile", "-q", "--universal", "--generate-hashes", "--upgrade"]
    quiet = ["--no-header", "--no-annotate", "--no-emit-index-url", "--python-version", "3.11"]
    for name, extra in LOCKS.items():
        out = ["-o", f"requirements/{name}.txt"]
        run([PYTHON, "-m", *compile_, *quiet, *extra, "pyproject.toml", *out], check=True)
    return 0


def install(name: str) -> None:
    """Bring .venv to the state of a lock file; does nothing, and needs no network, if it is."""
    if is_installed(name) or (name == "app" and is_installed("dev")):
        return
    make_venv()
    print(f"Installing what requirements/{name}.txt lists …", flush=True)
    locked = ["--require-hashes", "-r", f"requirements/{name}.txt"]
    if has_uv():
        # Compiled now, or every start would do it where Python may not write beside its modules.
        uv = [PYTHON, "-m", "uv", "pip", "install", "-q", "--compile-bytecode"]
        done = run([*uv, "--python", PYTHON, *locked])
        if done == 0:
            stamp(name)
            return
        print("uv could not install; trying pip, which takes longer …", flush=True)
    run([PYTHON, "-m", "pip", "install", "-q", "-q", *locked], check=True)
    stamp(name)


def make_venv() -> None:
    if PYTHON.exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(fail("This Python lacks the venv module: run `apt-get install python3-venv`."))
    print("Making .venv …", flush=True)
    run([sys.executable, "-m", "venv", VENV], check=True)


def has_uv() -> bool:
    """Say whether uv is there, after trying to get it; everything works without it, only slower."""
    version = [PYTHON, "-m", "uv", "--version"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if subprocess.run(version, **quiet, check=False).returncode == 0:
        return True
    get = [PYTHON, "-m", "pip", "install", "-q", "-q", "--disable-pip-version-check", UV]
    return subprocess.run(get, **quiet, check=False).returncode == 0


def is_installed(name: str) -> bool:
    path = stamp_path(name)
    return PYTHON.exists() and path.exists() and path.read_text() == lock_hash(name)


def stamp(name: str) -> None:
    stamp_path(name).write_text(lock_hash(name))


def stamp_path(name: str) -> Path:
    return VENV / f".installed-{name}"


def lock_hash(name: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()


def run_checks() -> dict[str, tuple[int, int, int]]:
    """Run the static checks; returns passed, failed and skipped by name."""
    results = {}
    for name, command in CHECKS.items():
        print(f"\n== {name}", flush=True)
        ok = run(command) == 0
        results[name] = (int(ok), int(not ok), 0)
    return results


def run_suite(command: list[object], database: str) -> tuple[int, int, int]:
    """Run pytest on a database; returns how many passed, failed and were skipped."""
    print(f"\n== tests on {database}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        environment = {**os.environ, "FORUM_TEST_DATABASE": database}
        code = run([*command, f"--junitxml={report}"], env=environment)
        passed, failed, skipped = counts_in(report) if report.exists() else (0, 0, 0)
    if code and not failed:
        # Stopped by an error outside a test, or nothing was collected.
        failed = 1
    return passed, failed, skipped


def counts_in(report: Path) -> tuple[int, int, int]:
    suites = list(ElementTree.parse(report).iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    )
    return max(0, total - failures - errors - skipped), failures + errors, skipped


def run(command: list[object], *, check: bool = False, env: dict[str, str] | None = None) -> int:
    return subprocess.run([str(part) for part in command], check=check, env=env).returncode


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
