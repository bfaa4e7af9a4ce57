"""Texts with variables that agents begin an answer with."""

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('macros',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('priority', sa.String(length=10), nullable=False),
    sa.Column('owner', sa.String(length=10), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('', 'open', 'pending', 'solved')", name=op.f('ck_macros_state')),
    sa.CheckConstraint("priority IN ('', 'urgent', 'high', 'normal', 'low')", name=op.f('ck_macros_priority')),
    sa.CheckConstraint("owner IN ('', 'me')", name=op.f('ck_macros_owner')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_macros_changed_by_id_users')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_macros_team_id_teams')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_macros'))
    )
    op.create_index('ix_macros_team_id', 'macros', ['team_id', 'language', 'id'])


def downgrade() -> None:
    op.drop_table('macros')
