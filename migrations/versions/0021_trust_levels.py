"""Trust levels, and how much members read by day."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batches: SQLite adds columns in place, a batch would copy the whole table.
    op.add_column('users', sa.Column('trust_level', sa.Integer(), server_default='0', nullable=False))
    op.add_column('users', sa.Column('trust_fixed', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('users', sa.Column('trust_grace_until', sa.DateTime(timezone=True), nullable=True))
    op.create_table('visit_days',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('topics_entered', sa.Integer(), nullable=False),
    sa.Column('posts_read', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.CheckConstraint('topics_entered >= 0 AND posts_read >= 0 AND seconds >= 0', name=op.f('ck_visit_days_numbers')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_visit_days_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', 'day', name=op.f('pk_visit_days')),
    )
    op.create_index('ix_visit_days_day', 'visit_days', ['day'])


def downgrade() -> None:
    op.drop_table('visit_days')
    op.drop_column('users', 'trust_grace_until')
    op.drop_column('users', 'trust_fixed')
    op.drop_column('users', 'trust_level')
