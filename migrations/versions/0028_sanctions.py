"""Statements of reasons, sanctions and appeals; suspended accounts."""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

MEASURES = ('post_hidden', 'post_deleted', 'post_restored', 'image_removed', 'notice', 'warning', 'read_only', 'suspension', 'ban')


def one_of(column, values):
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    op.add_column('users', sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('users', sa.Column('suspended_until', sa.DateTime(timezone=True), nullable=True))
    op.create_table('sanction_wordings',
    sa.Column('measure', sa.String(length=15), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_sanction_wordings_changed_by_id_users')),
    sa.PrimaryKeyConstraint('measure', 'language', name=op.f('pk_sanction_wordings'))
    )
    op.create_table('statements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('measure', sa.String(length=15), nullable=False),
    sa.Column('rule', sa.String(length=20), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('automated', sa.Boolean(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('removal_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('appeal_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint(one_of('measure', MEASURES), name=op.f('ck_statements_measure')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_statements_user_id_users')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_statements_decided_by_id_users')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_statements_post_id_posts')),
    sa.ForeignKeyConstraint(['removal_id'], ['removals.id'], name=op.f('fk_statements_removal_id_removals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statements')),
    sa.UniqueConstraint('removal_id', name=op.f('uq_statements_removal_id'))
    )
    op.create_index('ix_statements_user_id', 'statements', ['user_id', 'id'])
    op.create_index('ix_statements_post_id', 'statements', ['post_id'])
    op.create_index('ix_statements_issued_at', 'statements', ['issued_at'])
    op.create_table('sanctions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=15), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('imposed_by_id', sa.Integer(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lift_reason', sa.String(length=500), nullable=False),
    sa.CheckConstraint(one_of('kind', MEASURES[3:]), name=op.f('ck_sanctions_kind')),
    sa.CheckConstraint(one_of('state', ('active', 'expired', 'lifted')), name=op.f('ck_sanctions_state')),
    sa.CheckConstraint("(kind IN ('read_only', 'suspension')) = (ends_at IS NOT NULL)", name=op.f('ck_sanctions_ends_at')),
    sa.CheckConstraint("(state = 'active') = (ended_at IS NULL)", name=op.f('ck_sanctions_ended_at')),
    sa.CheckConstraint('imposed_by_id <> user_id', name=op.f('ck_sanctions_not_oneself')),
    sa.CheckConstraint('lifted_by_id <> user_id', name=op.f('ck_sanctions_not_lifted_by_oneself')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sanctions_user_id_users')),
    sa.ForeignKeyConstraint(['statement_id'], ['statements.id'], name=op.f('fk_sanctions_statement_id_statements')),
    sa.ForeignKeyConstraint(['imposed_by_id'], ['users.id'], name=op.f('fk_sanctions_imposed_by_id_users')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['users.id'], name=op.f('fk_sanctions_lifted_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sanctions')),
    sa.UniqueConstraint('statement_id', name=op.f('uq_sanctions_statement_id'))
    )
    op.create_index('ix_sanctions_user_id', 'sanctions', ['user_id', 'id'])
    op.create_index('ix_sanctions_state_ends_at', 'sanctions', ['state', 'ends_at'])
    standing = sa.text("state = 'active' AND kind IN ('read_only', 'suspension', 'ban')")
    op.create_index('uq_sanctions_standing', 'sanctions', ['user_id', 'kind'], unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_table('decision_appeals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('opened', 'upheld', 'overturned')", name=op.f('ck_decision_appeals_state')),
    sa.CheckConstraint("(state = 'opened') = (decided_at IS NULL)", name=op.f('ck_decision_appeals_decided')),
    sa.CheckConstraint("(state = 'opened') = (decided_by_id IS NULL)", name=op.f('ck_decision_appeals_decided_by_somebody')),
    sa.CheckConstraint('decided_by_id <> user_id', name=op.f('ck_decision_appeals_not_by_oneself')),
    sa.ForeignKeyConstraint(['statement_id'], ['statements.id'], name=op.f('fk_decision_appeals_statement_id_statements')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_decision_appeals_user_id_users')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_decision_appeals_decided_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_appeals')),
    sa.UniqueConstraint('statement_id', name=op.f('uq_decision_appeals_statement_id'))
    )
    op.create_index('ix_decision_appeals_user_id', 'decision_appeals', ['user_id', 'id'])
    op.create_index('ix_decision_appeals_opened_at', 'decision_appeals', ['opened_at'])


def downgrade() -> None:
    op.drop_table('decision_appeals')
    op.drop_table('sanctions')
    op.drop_table('statements')
    op.drop_table('sanction_wordings')
    op.drop_column('users', 'suspended_until')
    op.drop_column('users', 'suspended_at')
