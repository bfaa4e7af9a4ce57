"""Find deadlines that ran out in their order."""

import sqlalchemy as sa
from alembic import op

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

MISSABLE = sa.text('next_at IS NOT NULL AND breached_at IS NULL')


def upgrade() -> None:
    op.create_index('ix_sla_clocks_due_at', 'sla_clocks', ['due_at', 'id'],
        sqlite_where=MISSABLE, postgresql_where=MISSABLE)


def downgrade() -> None:
    op.drop_index('ix_sla_clocks_due_at', 'sla_clocks')
