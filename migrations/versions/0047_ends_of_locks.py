"""Days on which a lock and slow mode end by themselves."""

import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('locks', sa.Column('until', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_locks_until', 'locks', ['until'])
    op.add_column('questions', sa.Column('slow_until', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_questions_slow_until', 'questions', ['slow_until'], sqlite_where=sa.text('slow_until IS NOT NULL'), postgresql_where=sa.text('slow_until IS NOT NULL'))


def downgrade() -> None:
    op.drop_index('ix_questions_slow_until', 'questions')
    op.drop_column('questions', 'slow_until')
    op.drop_index('ix_locks_until', 'locks')
    op.drop_column('locks', 'until')
