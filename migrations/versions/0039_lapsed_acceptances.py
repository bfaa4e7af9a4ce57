"""How answers were accepted that were deleted."""

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('lapsed_acceptances',
    sa.Column('answer_id', sa.Integer(), nullable=False),
    sa.Column('accepted_by_id', sa.Integer(), nullable=False),
    sa.Column('asker_id', sa.Integer(), nullable=True),
    sa.Column('imported', sa.Boolean(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['users.id'], name=op.f('fk_lapsed_acceptances_accepted_by_id_users')),
    sa.ForeignKeyConstraint(['answer_id'], ['answers.id'], name=op.f('fk_lapsed_acceptances_answer_id_answers')),
    sa.ForeignKeyConstraint(['asker_id'], ['users.id'], name=op.f('fk_lapsed_acceptances_asker_id_users')),
    sa.PrimaryKeyConstraint('answer_id', name=op.f('pk_lapsed_acceptances'))
    )


def downgrade() -> None:
    op.drop_table('lapsed_acceptances')
