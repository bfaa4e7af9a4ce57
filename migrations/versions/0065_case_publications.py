"""Texts out of support cases that customers agreed to let be published."""

import sqlalchemy as sa
from alembic import op

revision = '0065'
down_revision = '0064'
branch_labels = None
depends_on = None

WAITING = sa.text("answer = ''")


def upgrade() -> None:
    op.create_table('case_publications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('address_hash', sa.String(length=64), nullable=True),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('tags', sa.String(length=300), nullable=False),
    sa.Column('board_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('text_hash', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=False),
    sa.Column('way', sa.String(length=4), nullable=False),
    sa.Column('is_named', sa.Boolean(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('question_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("answer IN ('', 'agreed', 'declined', 'withdrawn')", name=op.f('ck_case_publications_answer')),
    sa.CheckConstraint("way IN ('', 'link', 'page')", name=op.f('ck_case_publications_way')),
    sa.CheckConstraint("(answer = 'agreed') = (question_id IS NOT NULL)", name=op.f('ck_case_publications_published')),
    sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f('ck_case_publications_answered')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_case_publications_case_id_support_cases')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_case_publications_asked_by_id_users')),
    sa.ForeignKeyConstraint(['customer_id'], ['users.id'], name=op.f('fk_case_publications_customer_id_users')),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_case_publications_board_id_boards')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_case_publications_question_id_questions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_publications'))
    )
    op.create_index('ix_case_publications_waiting', 'case_publications', ['case_id'], unique=True, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index('ix_case_publications_case_id', 'case_publications', ['case_id', 'id'])
    op.create_index('ix_case_publications_customer_id', 'case_publications', ['customer_id', 'id'])


def downgrade() -> None:
    op.drop_table('case_publications')
