"""Mails that came in, and addresses that do not take ours."""

import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('received_mails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('message_id', sa.String(length=250), nullable=True),
    sa.Column('sender_id', sa.Integer(), nullable=True),
    sa.Column('sender_email', sa.String(length=255), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('original', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('mail', 'automatic', 'bounce', 'spam', 'refused')", name=op.f('ck_received_mails_kind')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_received_mails_case_id_support_cases')),
    sa.ForeignKeyConstraint(['sender_id'], ['users.id'], name=op.f('fk_received_mails_sender_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_received_mails')),
    sa.UniqueConstraint('key', name=op.f('uq_received_mails_key'))
    )
    op.create_index('ix_received_mails_case_id', 'received_mails', ['case_id', 'id'])
    op.create_index('ix_received_mails_message_id', 'received_mails', ['message_id'])
    op.create_index('ix_received_mails_received_at', 'received_mails', ['received_at'])
    op.create_index('ix_received_mails_sender_id', 'received_mails', ['sender_id'])
    op.create_table('undeliverable_addresses',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('bounces', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_undeliverable_addresses'))
    )
    op.create_index('ix_undeliverable_addresses_last_at', 'undeliverable_addresses', ['last_at'])


def downgrade() -> None:
    op.drop_table('undeliverable_addresses')
    op.drop_table('received_mails')
