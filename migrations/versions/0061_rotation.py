"""Cases given to agents in turn: who takes how many, about what, and who is away."""

import sqlalchemy as sa
from alembic import op

revision = '0061'
down_revision = '0060'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('teams', sa.Column('rotates', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('desk_agents',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('boards', sa.JSON(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('away_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('capacity BETWEEN 0 AND 100', name=op.f('ck_desk_agents_capacity')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_desk_agents_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_desk_agents'))
    )


def downgrade() -> None:
    op.drop_table('desk_agents')
    op.drop_column('teams', 'rotates')
