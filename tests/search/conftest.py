"""An index of its own for each test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from community.core.worker import run_due_jobs
from community.search.building import build_index
from community.search.tasks import write_index


@pytest.fixture
def index_root(app: Flask) -> Path:
    """The folder of the search index."""
    root: Path = app.config["SETTINGS"].index_path
    return root


@pytest.fixture
def rebuilt(index_root: Path) -> Callable[[], int]:
    """Build the index from what the database holds now."""
    return lambda: build_index(index_root)


@pytest.fixture
def caught_up(index_root: Path) -> Callable[[], None]:
    """Let the worker's part happen: subscribers note the changes, the writer writes them."""

    def work() -> None:
        run_due_jobs()
        write_index()

    return work
