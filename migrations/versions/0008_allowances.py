"""things that may be done only so often."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'allowance_uses',
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('key', 'place', name=op.f('pk_allowance_uses')),
    )
    op.create_index('ix_allowance_uses_free_at', 'allowance_uses', ['free_at'])


def downgrade() -> None:
    op.drop_index('ix_allowance_uses_free_at', 'allowance_uses')
    op.drop_table('allowance_uses')
