"""names and digests."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('name_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name_key', sa.String(length=140), nullable=False),
    sa.Column('name_skeleton', sa.String(length=140), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_name_changes_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_name_changes'))
    )
    op.create_index('ix_name_changes_user_id_changed_at', 'name_changes', ['user_id', 'changed_at'])
    op.create_index('ix_name_changes_name_key', 'name_changes', ['name_key'])
    op.create_index('ix_name_changes_name_skeleton', 'name_changes', ['name_skeleton'])

    op.create_table('digests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(length=10), nullable=False),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_digests_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digests')),
    sa.UniqueConstraint('user_id', 'period', name=op.f('uq_digests_user_id_period'))
    )
    op.create_index('ix_digests_planned_at', 'digests', ['planned_at'])

    # Not in batches: SQLite adds columns in place, a batch would copy the whole table. The column
    # stays empty: a periodic task fills it in, as its rule is not for a migration to repeat.
    op.add_column('users', sa.Column('name_skeleton', sa.String(length=140), nullable=True))
    op.create_index('ix_users_name_skeleton', 'users', ['name_skeleton'], unique=True)
    op.create_index('ix_users_digest_time_zone', 'users', ['digest', 'time_zone'])
    op.add_column('notifications', sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('notifications', 'held_at')
    op.drop_index('ix_users_digest_time_zone', 'users')
    op.drop_index('ix_users_name_skeleton', 'users')
    op.drop_column('users', 'name_skeleton')
    op.drop_table('digests')
    op.drop_table('name_changes')
