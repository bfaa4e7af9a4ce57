"""Questions in the spotlight, and accepted answers that were written in it."""

import sqlalchemy as sa
from alembic import op

revision = '0063'
down_revision = '0062'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('questions', sa.Column('spotlight_until', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_questions_spotlight', 'questions', ['asked_at', 'id'], sqlite_where=sa.text('spotlight_until IS NOT NULL'), postgresql_where=sa.text('spotlight_until IS NOT NULL'))
    for table in ('acceptances', 'lapsed_acceptances'):
        op.add_column(table, sa.Column('spotlit', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for table in ('lapsed_acceptances', 'acceptances'):
        op.drop_column(table, 'spotlit')
    op.drop_index('ix_questions_spotlight', 'questions')
    op.drop_column('questions', 'spotlight_until')
