"""Where the test data lies that is not part of this repository."""

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "data"


def find_shared_data(name: str) -> Path | None:
    """Return the path of shared test data, or None.

    Looked for in the folder that FORUM_SHARED_DATA names, else beside the repository.
    """
    path = _root() / name
    return path if path.exists() else None


def shared_data(name: str) -> Path:
    """Return the path of shared test data; skips the test that asks for what is missing."""
    path = find_shared_data(name)
    if path is None:
        pytest.skip(f"shared test data {name} is not in {_root()}; set FORUM_SHARED_DATA")
    return path


def _root() -> Path:
    return Path(os.environ.get("FORUM_SHARED_DATA") or _BESIDE_THE_REPOSITORY)
