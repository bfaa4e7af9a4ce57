"""How long questions wait for a first answer, by board and hour."""

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('answer_waits',
    sa.Column('board_id', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('median_minutes', sa.Integer(), nullable=True),
    sa.Column('most_minutes', sa.Integer(), nullable=True),
    sa.Column('questions_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('hour BETWEEN -1 AND 23', name=op.f('ck_answer_waits_hour')),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_answer_waits_board_id_boards')),
    sa.PrimaryKeyConstraint('board_id', 'hour', name=op.f('pk_answer_waits'))
    )


def downgrade() -> None:
    op.drop_table('answer_waits')
