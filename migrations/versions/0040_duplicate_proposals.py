"""Proposals that a question was asked before, and who says the same."""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('duplicate_proposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('original_id', sa.Integer(), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=7), nullable=True),
    sa.Column('answer_note', sa.String(length=500), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=9), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("answer IN ('helps', 'differs')", name=op.f('ck_duplicate_proposals_answer')),
    sa.CheckConstraint("outcome IN ('closed', 'kept', 'withdrawn', 'moot')", name=op.f('ck_duplicate_proposals_outcome')),
    sa.CheckConstraint('(ended_at IS NULL) = (outcome IS NULL)', name=op.f('ck_duplicate_proposals_ended')),
    sa.ForeignKeyConstraint(['original_id'], ['questions.id'], name=op.f('fk_duplicate_proposals_original_id_questions')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_duplicate_proposals_proposed_by_id_users')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_duplicate_proposals_question_id_questions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_proposals'))
    )
    op.create_index('ix_duplicate_proposals_question_id', 'duplicate_proposals', ['question_id'])
    op.create_index('ix_duplicate_proposals_open', 'duplicate_proposals', ['question_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('duplicate_voices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['duplicate_proposals.id'], name=op.f('fk_duplicate_voices_proposal_id_duplicate_proposals')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_duplicate_voices_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_voices')),
    sa.UniqueConstraint('proposal_id', 'user_id', name=op.f('uq_duplicate_voices_proposal_id_user_id'))
    )


def downgrade() -> None:
    op.drop_table('duplicate_voices')
    op.drop_index('ix_duplicate_proposals_open', 'duplicate_proposals')
    op.drop_index('ix_duplicate_proposals_question_id', 'duplicate_proposals')
    op.drop_table('duplicate_proposals')
