"""Questions that closed by time alone, and those that follow them up."""

import sqlalchemy as sa
from alembic import op

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('questions', sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('questions', sa.Column('reopened_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_questions_quiet', 'questions', ['status', 'last_activity_at', 'id'], sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('follow_ups',
    sa.Column('question_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('earlier_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['earlier_id'], ['questions.id'], name=op.f('fk_follow_ups_earlier_id_questions')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_follow_ups_question_id_questions')),
    sa.PrimaryKeyConstraint('question_id', name=op.f('pk_follow_ups'))
    )
    op.create_index('ix_follow_ups_earlier_id', 'follow_ups', ['earlier_id', 'question_id'])


def downgrade() -> None:
    op.drop_table('follow_ups')
    op.drop_index('ix_questions_quiet', 'questions')
    op.drop_column('questions', 'reopened_at')
    op.drop_column('questions', 'ended_at')
