"""What reviewers said about cases."""

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('moderation_case_voices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=False),
    sa.Column('version', sa.String(length=80), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_cases.id'], name=op.f('fk_moderation_case_voices_case_id_moderation_cases')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_moderation_case_voices_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_case_voices')),
    sa.UniqueConstraint('case_id', 'user_id', name=op.f('uq_moderation_case_voices_case_id_user_id'))
    )
    op.create_index('ix_moderation_case_voices_user_id', 'moderation_case_voices', ['user_id', 'given_at'])


def downgrade() -> None:
    op.drop_index('ix_moderation_case_voices_user_id', 'moderation_case_voices')
    op.drop_table('moderation_case_voices')
