"""Conversations with suppliers about support cases."""

import sqlalchemy as sa
from alembic import op

revision = '0060'
down_revision = '0059'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('side_conversations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=True),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('started_by_id', sa.Integer(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_side_conversations_case_id_support_cases')),
    sa.ForeignKeyConstraint(['started_by_id'], ['users.id'], name=op.f('fk_side_conversations_started_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_side_conversations'))
    )
    op.create_index('ix_side_conversations_case_id', 'side_conversations', ['case_id', 'id'])
    op.create_table('side_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('side_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('sender_email', sa.String(length=255), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('render_version', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.String(length=250), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("direction IN ('in', 'out')", name=op.f('ck_side_messages_direction')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_side_messages_author_id_users')),
    sa.ForeignKeyConstraint(['side_id'], ['side_conversations.id'], name=op.f('fk_side_messages_side_id_side_conversations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_side_messages')),
    sa.UniqueConstraint('side_id', 'message_id', name=op.f('uq_side_messages_side_id_message_id'))
    )


def downgrade() -> None:
    op.drop_table('side_messages')
    op.drop_table('side_conversations')
