"""When we learned that a mail to somebody outside about a case reached nobody."""

import sqlalchemy as sa
from alembic import op

revision = '0066'
down_revision = '0065'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('side_messages', sa.Column('undelivered_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('side_messages', 'undelivered_at')
