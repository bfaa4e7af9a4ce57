"""Moderators' cases, suspected rings, and marks of where people sign in from."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ring_findings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('suspected', 'confirmed', 'cleared', 'undone')", name=op.f('ck_ring_findings_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ring_findings'))
    )
    op.create_index('ix_ring_findings_decided_at', 'ring_findings', ['decided_at'])
    op.create_index('ix_ring_findings_state', 'ring_findings', ['state', 'id'])
    op.create_table('moderation_cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_by_id', sa.Integer(), nullable=True),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=12), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('actioned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("decision IN ('violation', 'no_violation')", name=op.f('ck_moderation_cases_decision')),
    sa.CheckConstraint("state IN ('open', 'claimed', 'decided', 'actioned', 'undone', 'closed')", name=op.f('ck_moderation_cases_state')),
    sa.ForeignKeyConstraint(['claimed_by_id'], ['users.id'], name=op.f('fk_moderation_cases_claimed_by_id_users')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_moderation_cases_decided_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_cases')),
    sa.UniqueConstraint('source', name=op.f('uq_moderation_cases_source'))
    )
    op.create_index('ix_moderation_cases_closed_at', 'moderation_cases', ['closed_at'])
    op.create_index('ix_moderation_cases_state', 'moderation_cases', ['state', 'id'])
    op.create_table('ring_members',
    sa.Column('finding_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['finding_id'], ['ring_findings.id'], name=op.f('fk_ring_members_finding_id_ring_findings')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_ring_members_user_id_users')),
    sa.PrimaryKeyConstraint('finding_id', 'user_id', name=op.f('pk_ring_members'))
    )
    op.create_index('ix_ring_members_user_id', 'ring_members', ['user_id'])
    op.create_table('sign_in_traces',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sign_in_traces_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', 'mark', name=op.f('pk_sign_in_traces'))
    )
    op.create_index('ix_sign_in_traces_mark', 'sign_in_traces', ['mark'])
    op.create_index('ix_sign_in_traces_seen_at', 'sign_in_traces', ['seen_at'])
    op.create_table('moderation_case_subjects',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_cases.id'], name=op.f('fk_moderation_case_subjects_case_id_moderation_cases')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_moderation_case_subjects_user_id_users')),
    sa.PrimaryKeyConstraint('case_id', 'user_id', name=op.f('pk_moderation_case_subjects'))
    )
    op.create_index('ix_moderation_case_subjects_user_id', 'moderation_case_subjects', ['user_id'])


def downgrade() -> None:
    op.drop_index('ix_moderation_case_subjects_user_id', 'moderation_case_subjects')
    op.drop_table('moderation_case_subjects')
    op.drop_index('ix_sign_in_traces_seen_at', 'sign_in_traces')
    op.drop_index('ix_sign_in_traces_mark', 'sign_in_traces')
    op.drop_table('sign_in_traces')
    op.drop_index('ix_ring_members_user_id', 'ring_members')
    op.drop_table('ring_members')
    op.drop_index('ix_moderation_cases_state', 'moderation_cases')
    op.drop_index('ix_moderation_cases_closed_at', 'moderation_cases')
    op.drop_table('moderation_cases')
    op.drop_index('ix_ring_findings_state', 'ring_findings')
    op.drop_index('ix_ring_findings_decided_at', 'ring_findings')
    op.drop_table('ring_findings')
