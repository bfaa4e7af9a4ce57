"""second factors."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wrong_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('attempt', sa.String(length=40), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_wrong_codes_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wrong_codes'))
    )
    op.create_index('ix_wrong_codes_user_id', 'wrong_codes', ['user_id', 'entered_at'])
    op.create_table('spent_challenges',
    sa.Column('challenge_hash', sa.String(length=64), nullable=False),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('challenge_hash', name=op.f('pk_spent_challenges'))
    )
    op.create_index('ix_spent_challenges_spent_at', 'spent_challenges', ['spent_at'])


def downgrade() -> None:
    op.drop_index('ix_spent_challenges_spent_at', 'spent_challenges')
    op.drop_table('spent_challenges')
    op.drop_index('ix_wrong_codes_user_id', 'wrong_codes')
    op.drop_table('wrong_codes')
