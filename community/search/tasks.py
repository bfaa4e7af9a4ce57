"""Writing the index: only these tasks, in the worker, and the rebuild command do it."""

from pathlib import Path

import structlog
from sqlalchemy import select

from community.core.db import db, forget_changes, transaction
from community.core.jobs import enqueue, external
from community.core.settings import current_settings
from community.search.building import RebuildRunning, build_index, is_building
from community.search.documents import BATCH, load_documents
from community.search.index import (
    IndexMissing,
    current_folder,
    is_intact,
    replace_documents,
    set_aside,
)
from community.search.models import IndexRequest
from community.search.operations import end_requests

log = structlog.get_logger()


@external
def write_index() -> None:
    """Write all questions that wait into the index, up to 500 in one commit.

    Without an index nothing is written: the build that makes one reads everything. During a build
    they wait, so that the new index gets them too.
    """
    root = current_settings().index_path
    while not is_building(root):
        try:
            folder = current_folder(root)
        except IndexMissing:
            return
        if not _write_batch(folder):
            return


def _write_batch(folder: Path) -> bool:
    """Write one batch; False if nothing waits any more."""
    requests = db.session.execute(
        select(IndexRequest.question_id, IndexRequest.token)
        .order_by(IndexRequest.requested_at, IndexRequest.question_id)
        .limit(BATCH)
    ).all()
    if not requests:
        return False
    question_ids = [question_id for question_id, _ in requests]
    documents = load_documents(question_ids)
    forget_changes()
    replace_documents(folder, question_ids, documents)
    with transaction():
        end_requests(requests)
    return len(requests) == BATCH


@external
def check_index() -> None:
    """Look after the index (periodic): write what waits, rebuild what is missing or damaged."""
    root = current_settings().index_path
    if is_building(root):
        return
    if not _is_usable(root):
        with transaction():
            enqueue(rebuild_index, unique_key="rebuild_index")
        return
    write_index()


def _is_usable(root: Path) -> bool:
    try:
        intact = is_intact(current_folder(root))
    except IndexMissing:
        return False
    if not intact:
        log.warning("search_index_damaged")
        set_aside(root)
    return intact


@external
def rebuild_index() -> None:
    """Build the index anew from the database."""
    try:
        build_index(current_settings().index_path)
    except RebuildRunning:
        return
    write_index()
