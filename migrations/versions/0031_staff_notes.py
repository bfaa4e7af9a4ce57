"""Notes of staff on people, and the audit log by kind of act."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('staff_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_staff_notes_author_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_staff_notes_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_notes'))
    )
    op.create_index('ix_staff_notes_user_id', 'staff_notes', ['user_id', 'id'])
    op.create_index('ix_audit_entries_action', 'audit_entries', ['action', 'id'])


def downgrade() -> None:
    op.drop_index('ix_audit_entries_action', 'audit_entries')
    op.drop_index('ix_staff_notes_user_id', 'staff_notes')
    op.drop_table('staff_notes')
