"""Calendars, and what each said from when on."""

import sqlalchemy as sa
from alembic import op

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

OFFICE_HOURS = [[day, 540, 1020] for day in range(5)]


def upgrade() -> None:
    calendars = op.create_table('calendars',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendars')),
    sa.UniqueConstraint('name', name=op.f('uq_calendars_name'))
    )
    op.create_index('ix_calendars_is_default', 'calendars', ['is_default'], unique=True,
        sqlite_where=sa.text('is_default'), postgresql_where=sa.text('is_default'))
    versions = op.create_table('calendar_versions',
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('spans', sa.JSON(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('region', sa.String(length=40), nullable=False),
    sa.Column('holidays', sa.JSON(), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendars.id'], name=op.f('fk_calendar_versions_calendar_id_calendars')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_calendar_versions_changed_by_id_users')),
    sa.PrimaryKeyConstraint('calendar_id', 'version', name=op.f('pk_calendar_versions'))
    )
    op.bulk_insert(calendars, [{'name': 'Office hours', 'is_default': True, 'version': 1}])
    made = sa.select(calendars.c.id).scalar_subquery()
    op.execute(versions.insert().values(
        calendar_id=made, version=1, valid_from=sa.func.current_timestamp(), zone='Europe/Berlin',
        spans=OFFICE_HOURS, country='DE', region='', holidays={},
    ))


def downgrade() -> None:
    op.drop_table('calendar_versions')
    op.drop_table('calendars')
