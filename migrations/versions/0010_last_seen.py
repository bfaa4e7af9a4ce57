"""last seen."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batches: SQLite adds columns in place, a batch would copy the whole table.
    op.add_column('users', sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('users', sa.Column('erasure_cause', sa.String(length=12), nullable=True))
    # Nobody knows when they were last here; counting from now wrongs nobody.
    op.execute(sa.text('UPDATE users SET seen_at = CURRENT_TIMESTAMP'))
    op.create_index('ix_users_seen_at', 'users', ['seen_at'])


def downgrade() -> None:
    op.drop_index('ix_users_seen_at', 'users')
    op.drop_column('users', 'erasure_cause')
    op.drop_column('users', 'seen_at')
