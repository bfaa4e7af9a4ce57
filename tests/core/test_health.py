"""Probes: alive without a database, ready only with everything in its place."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from community.core import clock, health
from community.core.db import db, transaction
from community.core.jobs import PeriodicSlot
from tests.queries import counted_queries


def test_alive_touches_no_database(client):
    with counted_queries() as statements:
        response = client.get("/healthz")
    assert response.json == {"status": "ok"}
    assert statements == []


def test_ready_when_all_is_well(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json["checks"] == {"database": True, "migrations": True, "queue": True}


def test_not_ready_with_another_schema(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "MIGRATION_HEAD", "9999")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json["checks"]["migrations"] is False


def test_not_ready_when_jobs_pile_up(client, monkeypatch):
    monkeypatch.setattr(health, "queue_age_seconds", lambda now: 601)
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(("seconds", "status"), [(599, 200), (601, 503)])
def test_a_queue_that_a_worker_is_at_is_a_busy_hour(client, monkeypatch, seconds, status):
    monkeypatch.setattr(health, "queue_age_seconds", lambda now: 3_600)
    with transaction():
        planned = clock.now() - timedelta(seconds=seconds)
        db.session.add(PeriodicSlot(key="sweep:1", ran_at=planned))
    response = client.get("/readyz")
    assert response.status_code == status
    assert response.json["checks"] == {"database": True, "migrations": True, "queue": status == 200}


def test_not_ready_without_the_database(client, app):
    with transaction():
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        db.session.execute(text("DELETE FROM alembic_version"))
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        with transaction():
            db.session.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": found})


def test_the_age_of_the_queue_counts_from_the_oldest_due_job(app):
    with transaction():
        assert health.queue_age_seconds(clock.now() + timedelta(hours=1)) == 0
