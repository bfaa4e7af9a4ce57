"""Leaderboards, and who does not want to be named there."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('users', sa.Column('is_on_leaderboards', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table('leaderboard_scores',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(length=5), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('board_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_leaderboard_scores_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', 'period', 'begins_on', 'board_id', name=op.f('pk_leaderboard_scores'))
    )
    op.create_index('ix_leaderboard_scores_period', 'leaderboard_scores', ['period', 'begins_on', 'board_id', 'points', 'user_id'])


def downgrade() -> None:
    op.drop_table('leaderboard_scores')
    op.drop_column('users', 'is_on_leaderboards')
