"""Since when a case that is given to somebody in turn waits for somebody to be free."""

import sqlalchemy as sa
from alembic import op

revision = '0067'
down_revision = '0066'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('support_cases', sa.Column('unplaced_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_support_cases_unplaced_at', 'support_cases', ['unplaced_at', 'id'], sqlite_where=sa.text('unplaced_at IS NOT NULL'), postgresql_where=sa.text('unplaced_at IS NOT NULL'))


def downgrade() -> None:
    op.drop_index('ix_support_cases_unplaced_at', table_name='support_cases')
    op.drop_column('support_cases', 'unplaced_at')
