"""Where the test data lies that is not part of this repository."""

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Return the path of shared test data; skips the test that asks for what is missing.

    Looked for in the folder that FORUM_SHARED_DATA names, else beside the repository.
    """
    root = Path(os.environ.get("FORUM_SHARED_DATA") or _BESIDE_THE_REPOSITORY)
    path = root / name
    if not path.exists():
        pytest.skip(f"shared test data {name} is not in {root}; set FORUM_SHARED_DATA")
    return path
