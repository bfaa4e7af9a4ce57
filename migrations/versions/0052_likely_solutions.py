"""Answers that seem to have solved their question, until somebody says so or does not."""

import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('likely_solutions',
    sa.Column('answer_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('asker_thanked', sa.Boolean(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refused_by_id', sa.Integer(), nullable=True),
    sa.Column('refused_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answer_id'], ['posts.id'], name=op.f('fk_likely_solutions_answer_id_posts')),
    sa.ForeignKeyConstraint(['refused_by_id'], ['users.id'], name=op.f('fk_likely_solutions_refused_by_id_users')),
    sa.PrimaryKeyConstraint('answer_id', name=op.f('pk_likely_solutions'))
    )
    op.create_index('ix_likely_solutions_due_at', 'likely_solutions', ['due_at', 'answer_id'])


def downgrade() -> None:
    op.drop_table('likely_solutions')
