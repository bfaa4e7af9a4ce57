"""Where pages that members read are counted, and now and then written down.

The one write here goes with a request that reads, in a transaction of its own after the answer was
made, as with sessions (``identity.signing_in.note_activity``).
"""

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import OperationalError

from community.core import clock
from community.core.db import transaction
from community.core.web import current_viewer
from reputation.trust.operations import add_visits
from reputation.trust.reading import Page, Reading

log = structlog.get_logger()

EXTENSION = "reading"


def note_page(response: Response) -> Response:
    """Count a page that a member was shown; every few minutes write what everybody read."""
    if request.method != "GET":
        return response
    reading = present_reading()
    viewer_id = current_viewer().viewer_id
    # Set by the layout: what scripts fetch while a page lies open is not read by anybody.
    if viewer_id is not None and response.status_code == 200 and g.get("shown"):
        read: tuple[int, str, int] | None = g.get("read")
        reading.note(viewer_id, clock.now(), Page(*read) if read else None)
    _write_due(reading)
    return response


def _write_due(reading: Reading) -> None:
    visits = reading.take_due(clock.now())
    if not visits:
        return
    try:
        with transaction():
            add_visits(visits)
    except OperationalError:
        # A busy database costs nobody the page; it is written later.
        reading.put_back(visits, clock.now())
        log.warning("reading_not_written", members=len(visits))


def present_reading() -> Reading:
    """Return what this process has counted."""
    from flask import current_app

    reading: Reading = current_app.extensions[EXTENSION]
    return reading


def init_app(app: Flask) -> None:
    """Count what members read."""
    app.extensions[EXTENSION] = Reading()
    app.after_request(note_page)
