"""Who answered for the first time, and when they are to be thanked for it."""

import sqlalchemy as sa
from alembic import op

revision = '0064'
down_revision = '0063'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'welcomes',
        sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_welcomes_user_id_users')),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_welcomes')),
    )
    op.create_index('ix_welcomes_due_at', 'welcomes', ['due_at', 'user_id'], sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))


def downgrade() -> None:
    op.drop_index('ix_welcomes_due_at', table_name='welcomes')
    op.drop_table('welcomes')
