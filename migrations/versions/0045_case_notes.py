"""What moderators write to each other about cases, and cases left to administrators."""

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('moderation_cases', sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('case_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('note', 'handover')", name=op.f('ck_case_notes_kind')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_case_notes_author_id_users')),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_cases.id'], name=op.f('fk_case_notes_case_id_moderation_cases')),
    sa.ForeignKeyConstraint(['to_id'], ['users.id'], name=op.f('fk_case_notes_to_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_notes'))
    )
    op.create_index('ix_case_notes_case_id', 'case_notes', ['case_id', 'id'])
    op.create_index('ix_case_notes_author_id', 'case_notes', ['author_id'])


def downgrade() -> None:
    op.drop_index('ix_case_notes_author_id', 'case_notes')
    op.drop_index('ix_case_notes_case_id', 'case_notes')
    op.drop_table('case_notes')
    op.drop_column('moderation_cases', 'escalated_at')
