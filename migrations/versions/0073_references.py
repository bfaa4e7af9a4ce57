"""Indexes of references to what is forgotten day by day: events, and unconfirmed registrations.

Without one, deleting such a row reads the whole table that refers to it. An acceptance is found by
who gave it, and a case by the address of who has no account.
"""

from alembic import op

revision = '0073'
down_revision = '0072'
branch_labels = None
depends_on = None

INDEXES = (
    ('jobs', 'event_id'),
    ('notifications', 'event_id'),
    ('notifications', 'actor_id'),
    ('acceptances', 'accepted_by_id'),
    ('acceptances', 'asker_id'),
    ('posts', 'edited_by_id'),
    ('revisions', 'author_id', 'id'),
    ('deflections', 'user_id', 'id'),
    ('likely_solutions', 'refused_by_id'),
    ('ledger_entries', 'giver_id'),
    ('support_cases', 'requester_email', 'id'),
)


def upgrade() -> None:
    for table, column, *more in INDEXES:
        op.create_index(f'ix_{table}_{column}', table, [column, *more])


def downgrade() -> None:
    for table, column, *_more in reversed(INDEXES):
        op.drop_index(f'ix_{table}_{column}', table_name=table)
