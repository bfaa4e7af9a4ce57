"""Superusers: the scheme's memberships, and what pages show of them."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batches: SQLite adds columns in place, a batch would copy the whole table.
    op.add_column('users', sa.Column('superuser_tier', sa.Integer(), server_default='0', nullable=False))
    op.add_column('users', sa.Column('superuser_left_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('superuser_memberships',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('origin', sa.String(length=12), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('began_by_id', sa.Integer(), nullable=True),
    sa.Column('motive', sa.Text(), nullable=False),
    sa.Column('topics', sa.String(length=200), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('answer_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_version', sa.String(length=20), nullable=False),
    sa.Column('agreed_version', sa.String(length=20), nullable=False),
    sa.Column('agreed_language', sa.String(length=5), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tier', sa.Integer(), nullable=False),
    sa.Column('active_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('end_reason', sa.String(length=500), nullable=False),
    sa.CheckConstraint('tier IN (0, 1, 2)', name=op.f('ck_superuser_memberships_tier')),
    sa.ForeignKeyConstraint(['began_by_id'], ['users.id'], name=op.f('fk_superuser_memberships_began_by_id_users')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_superuser_memberships_decided_by_id_users')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_superuser_memberships_ended_by_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_superuser_memberships_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_superuser_memberships'))
    )
    op.create_index('ix_superuser_memberships_open', 'superuser_memberships', ['user_id'], unique=True,
                    sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_superuser_memberships_state', 'superuser_memberships', ['state', 'id'])
    op.create_index('ix_superuser_memberships_user_id', 'superuser_memberships', ['user_id', 'id'])


def downgrade() -> None:
    op.drop_table('superuser_memberships')
    op.drop_column('users', 'superuser_left_at')
    op.drop_column('users', 'superuser_tier')
