"""When questions are handed to the support team: rules, what waits, what askers and words say."""

import sqlalchemy as sa
from alembic import op

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('handover_rules',
    sa.Column('board_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('is_urgent', sa.Boolean(), nullable=False),
    sa.Column('urgent_tags', sa.String(length=500), nullable=False),
    sa.Column('normal_hours', sa.Integer(), nullable=False),
    sa.Column('urgent_hours', sa.Integer(), nullable=False),
    sa.Column('me_too_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('normal_hours > 0 AND urgent_hours > 0', name=op.f('ck_handover_rules_hours')),
    sa.CheckConstraint('me_too_count >= 0', name=op.f('ck_handover_rules_me_too_count')),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_handover_rules_board_id_boards')),
    sa.PrimaryKeyConstraint('board_id', name=op.f('pk_handover_rules'))
    )
    op.create_table('waiting_questions',
    sa.Column('question_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_waiting_questions_question_id_questions')),
    sa.PrimaryKeyConstraint('question_id', name=op.f('pk_waiting_questions'))
    )
    op.create_index('ix_waiting_questions_due_at', 'waiting_questions', ['due_at', 'question_id'])
    op.create_table('unsolved_reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_unsolved_reports_question_id_questions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unsolved_reports')),
    sa.UniqueConstraint('question_id', 'source', name=op.f('uq_unsolved_reports_question_id_source'))
    )
    op.create_table('alarm_words',
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('danger', 'data_leak', 'leaving')", name=op.f('ck_alarm_words_kind')),
    sa.CheckConstraint("language IN ('de', 'en')", name=op.f('ck_alarm_words_language')),
    sa.PrimaryKeyConstraint('kind', 'language', name=op.f('pk_alarm_words'))
    )


def downgrade() -> None:
    op.drop_table('alarm_words')
    op.drop_table('unsolved_reports')
    op.drop_index('ix_waiting_questions_due_at', 'waiting_questions')
    op.drop_table('waiting_questions')
    op.drop_table('handover_rules')
