"""Find clocks by when they started, for the report on deadlines."""

from alembic import op

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Figures of a year are counted from the index alone.
    op.create_index('ix_sla_clocks_started_at', 'sla_clocks',
        ['started_at', 'id', 'kind', 'state', 'due_at', 'team_id', 'policy_id', 'priority',
         'board_id'])


def downgrade() -> None:
    op.drop_index('ix_sla_clocks_started_at', 'sla_clocks')
