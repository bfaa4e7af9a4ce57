"""Files that come with what customers write to the support team."""

import sqlalchemy as sa
from alembic import op

revision = '0062'
down_revision = '0061'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_files',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('content_type', sa.String(length=80), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['case_messages.id'], name=op.f('fk_case_files_message_id_case_messages')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_case_files_author_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_files'))
    )
    op.create_index('ix_case_files_message_id', 'case_files', ['message_id', 'id'])
    op.create_index('ix_case_files_author_id', 'case_files', ['author_id'])


def downgrade() -> None:
    op.drop_table('case_files')
