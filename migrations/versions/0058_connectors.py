"""Cases that are mirrored to helpdesks elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('connector_states',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('succeeded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_connector_states'))
    )
    op.create_table('connector_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('connector', sa.String(length=40), nullable=False),
    sa.Column('external_id', sa.String(length=100), nullable=True),
    sa.Column('remote_state', sa.String(length=10), nullable=False),
    sa.Column('problem', sa.String(length=10), nullable=False),
    sa.Column('error', sa.String(length=200), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('retry_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('synced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("problem IN ('', 'failed', 'state', 'comment')", name=op.f('ck_connector_links_problem')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_connector_links_case_id_support_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_connector_links')),
    sa.UniqueConstraint('case_id', 'connector', name=op.f('uq_connector_links_case_id_connector')),
    sa.UniqueConstraint('connector', 'external_id', name=op.f('uq_connector_links_connector_external_id'))
    )
    op.create_index('ix_connector_links_problem', 'connector_links', ['problem', 'id'])
    op.create_table('connector_deliveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('external_id', sa.String(length=100), nullable=True),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('carried_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("direction IN ('in', 'out')", name=op.f('ck_connector_deliveries_direction')),
    sa.ForeignKeyConstraint(['link_id'], ['connector_links.id'], name=op.f('fk_connector_deliveries_link_id_connector_links')),
    sa.ForeignKeyConstraint(['message_id'], ['case_messages.id'], name=op.f('fk_connector_deliveries_message_id_case_messages')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_connector_deliveries')),
    sa.UniqueConstraint('link_id', 'external_id', name=op.f('uq_connector_deliveries_link_id_external_id')),
    sa.UniqueConstraint('link_id', 'message_id', name=op.f('uq_connector_deliveries_link_id_message_id'))
    )
    op.create_index('ix_connector_deliveries_message_id', 'connector_deliveries', ['message_id'])


def downgrade() -> None:
    op.drop_table('connector_deliveries')
    op.drop_table('connector_links')
    op.drop_table('connector_states')
