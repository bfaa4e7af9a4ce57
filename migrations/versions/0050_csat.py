"""What customers say after their case was solved."""

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('csat_responses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mark', sa.Integer(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('mark BETWEEN 1 AND 5', name=op.f('ck_csat_responses_mark')),
    sa.CheckConstraint('(mark IS NULL) = (answered_at IS NULL)', name=op.f('ck_csat_responses_answered')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_csat_responses_case_id_support_cases')),
    sa.ForeignKeyConstraint(['customer_id'], ['users.id'], name=op.f('fk_csat_responses_customer_id_users')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_csat_responses_team_id_teams')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_csat_responses')),
    sa.UniqueConstraint('case_id', name=op.f('uq_csat_responses_case_id'))
    )
    op.create_index('ix_csat_responses_customer_id', 'csat_responses', ['customer_id'])
    op.create_index('ix_csat_responses_team_id', 'csat_responses', ['team_id', 'asked_at', 'id'])
    op.create_table('csat_refusals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('address_hash', sa.String(length=64), nullable=True),
    sa.Column('refused_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(user_id IS NULL) <> (address_hash IS NULL)', name=op.f('ck_csat_refusals_one')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_csat_refusals_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_csat_refusals')),
    sa.UniqueConstraint('address_hash', name=op.f('uq_csat_refusals_address_hash')),
    sa.UniqueConstraint('user_id', name=op.f('uq_csat_refusals_user_id'))
    )


def downgrade() -> None:
    op.drop_table('csat_refusals')
    op.drop_table('csat_responses')
