"""Requests about connectors: one that is set up nowhere, and a link that failed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from community.core.db import db, transaction
from community.escalation.cases.models import SupportCase
from community.escalation.connectors.models import FAILED, ConnectorLink


def make_failed_link() -> int:
    """Make a link to a ticket that could not be made; returns its id."""
    with transaction():
        case_id = db.session.scalars(select(SupportCase.id).limit(1)).one()
        link = ConnectorLink(case_id=case_id, connector="gone", problem=FAILED, error="status 500")
        db.session.add(link)
    return link.id


def connector_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "connectors.test_connector": lambda c: ("/admin/connectors/gone/tests", {}),
        "connectors.retry_link": lambda c: (
            f"/admin/connectors/links/{c.world.failed_link}/attempts",
            {},
        ),
        "connector_hooks.take_news": lambda c: ("/hooks/connectors/gone", {}),
    }
