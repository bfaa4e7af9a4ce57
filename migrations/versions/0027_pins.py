"""Pinned questions, and slow mode."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pins',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('scope', sa.String(length=5), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pinned_by_id', sa.Integer(), nullable=False),
    sa.Column('pinned_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("scope IN ('board', 'site')", name=op.f('ck_pins_scope')),
    sa.ForeignKeyConstraint(['pinned_by_id'], ['users.id'], name=op.f('fk_pins_pinned_by_id_users')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_pins_question_id_questions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pins')),
    sa.UniqueConstraint('question_id', name=op.f('uq_pins_question_id'))
    )
    op.create_index('ix_pins_until', 'pins', ['until'])
    op.add_column('questions', sa.Column('slow_minutes', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_column('slow_minutes')
    op.drop_index('ix_pins_until', 'pins')
    op.drop_table('pins')
