"""Probes for load balancers: alive, and ready to serve."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from community.core import clock
from community.core.db import db
from community.core.limits import limited
from community.core.web import impersonal
from community.core.worker import last_planned_at, queue_age_seconds

QUEUE_AGE_LIMIT_SECONDS = 600

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@impersonal
@limited("unlimited")
def show_health() -> ResponseReturnValue:
    """Say that the process answers; touches nothing else."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@impersonal
@limited("unlimited")
def show_readiness() -> ResponseReturnValue:
    """Say whether database, migrations and queue are as they should be (503 if not).

    Jobs that wait long while a worker is at them are a busy hour: taking this process out of
    service would help nobody. They are a fault where no worker has given a sign of life meanwhile.
    """
    checks = {"database": False, "migrations": False, "queue": False}
    try:
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        checks["database"] = True
        checks["migrations"] = found == current_app.config["MIGRATION_HEAD"]
        checks["queue"] = _is_worked_off()
    except Exception:
        # Whatever went wrong, the balancer needs one answer: not ready.
        db.session.rollback()
    ready = all(checks.values())
    return jsonify(status="ready" if ready else "not ready", checks=checks), 200 if ready else 503


def _is_worked_off() -> bool:
    now = clock.now()
    if queue_age_seconds(now) <= QUEUE_AGE_LIMIT_SECONDS:
        return True
    planned_at = last_planned_at()
    return planned_at is not None and (now - planned_at).total_seconds() <= QUEUE_AGE_LIMIT_SECONDS
