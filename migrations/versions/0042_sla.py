"""SLA policies, the clocks of support cases, and what happened to them."""

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

HOUR = 60
# Source: product rules 2.7; a day is 24 hours of business time.
TARGETS = {
    'urgent': {'first': HOUR, 'next': 2 * HOUR, 'resolution': 8 * HOUR},
    'high': {'first': 4 * HOUR, 'next': 4 * HOUR, 'resolution': 24 * HOUR},
    'normal': {'first': 8 * HOUR, 'next': 8 * HOUR, 'resolution': 72 * HOUR},
    'low': {'first': 24 * HOUR, 'next': 24 * HOUR, 'resolution': 120 * HOUR},
}


def upgrade() -> None:
    policies = op.create_table('sla_policies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_fallback', sa.Boolean(), nullable=False),
    sa.Column('is_retired', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('restarts_next', sa.Boolean(), nullable=False),
    sa.Column('lead_after_minutes', sa.Integer(), nullable=False),
    sa.Column('outside_after_minutes', sa.Integer(), nullable=False),
    sa.Column('alarm_email', sa.String(length=255), nullable=False),
    sa.Column('alarm_url', sa.String(length=500), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('lead_after_minutes > 0 AND outside_after_minutes > 0', name=op.f('ck_sla_policies_ladder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_policies'))
    )
    op.create_index('ix_sla_policies_name', 'sla_policies', ['name'], unique=True,
        sqlite_where=sa.text('NOT is_retired'), postgresql_where=sa.text('NOT is_retired'))
    op.create_index('ix_sla_policies_is_fallback', 'sla_policies', ['is_fallback'], unique=True,
        sqlite_where=sa.text('is_fallback'), postgresql_where=sa.text('is_fallback'))
    op.create_table('sla_clocks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('policy_version', sa.Integer(), nullable=False),
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.Column('calendar_version', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('board_id', sa.Integer(), nullable=True),
    sa.Column('priority', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('target_minutes', sa.Integer(), nullable=False),
    sa.Column('spent_seconds', sa.Integer(), nullable=False),
    sa.Column('counting_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('warn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pause_reason', sa.String(length=80), nullable=False),
    sa.Column('breached_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('first', 'next', 'resolution')", name=op.f('ck_sla_clocks_kind')),
    sa.CheckConstraint("state IN ('running', 'paused', 'warned', 'met', 'breached', 'cancelled')", name=op.f('ck_sla_clocks_state')),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_sla_clocks_board_id_boards')),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendars.id'], name=op.f('fk_sla_clocks_calendar_id_calendars')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_sla_clocks_case_id_support_cases')),
    sa.ForeignKeyConstraint(['policy_id'], ['sla_policies.id'], name=op.f('fk_sla_clocks_policy_id_sla_policies')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_sla_clocks_team_id_teams')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_clocks'))
    )
    op.create_index('ix_sla_clocks_case_id', 'sla_clocks', ['case_id', 'id'])
    op.create_index('ix_sla_clocks_next_at', 'sla_clocks', ['next_at', 'id'])
    op.create_index('ix_sla_clocks_open', 'sla_clocks', ['case_id', 'kind'], unique=True,
        sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('sla_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('clock_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('what', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('due_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('target_minutes', sa.Integer(), nullable=False),
    sa.Column('spent_seconds', sa.Integer(), nullable=False),
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('policy_version', sa.Integer(), nullable=False),
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.Column('calendar_version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendars.id'], name=op.f('fk_sla_events_calendar_id_calendars')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_sla_events_case_id_support_cases')),
    sa.ForeignKeyConstraint(['clock_id'], ['sla_clocks.id'], name=op.f('fk_sla_events_clock_id_sla_clocks')),
    sa.ForeignKeyConstraint(['policy_id'], ['sla_policies.id'], name=op.f('fk_sla_events_policy_id_sla_policies')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_events'))
    )
    op.create_index('ix_sla_events_case_id', 'sla_events', ['case_id', 'id'])
    op.create_index('ix_sla_events_clock_id', 'sla_events', ['clock_id', 'id'])
    op.execute(policies.insert().values(
        name='Standard', position=0, is_fallback=True, is_retired=False, version=1, conditions={},
        targets=TARGETS, restarts_next=True, lead_after_minutes=30, outside_after_minutes=60,
        alarm_email='', alarm_url='', changed_at=sa.func.current_timestamp(),
    ))
    with op.batch_alter_table('teams') as batch:
        batch.create_foreign_key('fk_teams_calendar_id_calendars', 'calendars', ['calendar_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('teams') as batch:
        batch.drop_constraint('fk_teams_calendar_id_calendars', type_='foreignkey')
    op.drop_table('sla_events')
    op.drop_table('sla_clocks')
    op.drop_table('sla_policies')
