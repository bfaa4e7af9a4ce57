"""Overwriting what was deleted: a database file keeps the bytes of deleted rows for a while."""

from community.core.db import Base, db, forget_changes
from community.core.jobs import external


@external
def clean_database_files() -> None:
    """Write the database's files anew without what was deleted (task).

    SQLite: writers wait for as long as it takes, about a second for 100 MB, so this is done at
    night. PostgreSQL: the rows' space is given back; nobody waits.
    """
    forget_changes()
    with db.engine.connect() as connection:
        # Outside of any transaction, which neither database allows here.
        raw = connection.connection.dbapi_connection
        assert raw is not None
        if db.engine.dialect.name == "sqlite":
            _rewrite_sqlite(raw)
        else:
            _vacuum_postgresql(raw)


def _rewrite_sqlite(raw: object) -> None:
    cursor = raw.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA query_only=OFF")
    # The copy is made on disk: it may be larger than memory.
    cursor.execute("PRAGMA temp_store=FILE")
    try:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()


def _vacuum_postgresql(raw: object) -> None:
    raw.autocommit = True  # type: ignore[attr-defined]
    try:
        cursor = raw.cursor()  # type: ignore[attr-defined]
        for name in sorted(Base.metadata.tables):
            cursor.execute(f'VACUUM "{name}"')
        cursor.close()
    finally:
        raw.autocommit = False  # type: ignore[attr-defined]
