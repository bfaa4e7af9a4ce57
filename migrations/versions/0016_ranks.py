"""The ladder of ranks."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

# Level, German, English, icon, what is needed, of which one is needed.
LADDER = (
    (0, 'Neu an Bord', 'New on board', 'user', {}, {}),
    (1, 'Stammgast', 'Regular', 'metoo', {'points': 100}, {}),
    (2, 'Helfende Hand', 'Helping hand', 'heart', {'points': 500}, {'solved': 5, 'kudos': 20}),
    (3, 'Wegweiser', 'Signpost', 'signpost', {'points': 1_000}, {'solved': 15, 'kudos': 50}),
    (4, 'Kompass', 'Compass', 'compass', {'points': 1_500, 'helped': 10}, {'solved': 25, 'kudos': 75}),
    (5, 'Anker', 'Anchor', 'anchor', {'points': 3_000, 'helped': 25}, {'solved': 50, 'kudos': 150}),
    (6, 'Leuchtfeuer', 'Beacon', 'beacon', {'points': 6_000, 'helped': 50, 'days': 90}, {'solved': 100, 'kudos': 300}),
    (7, 'Leuchtturm', 'Lighthouse', 'lighthouse', {'points': 10_000, 'helped': 100, 'days': 180}, {'solved': 200, 'kudos': 500}),
    (8, 'Polarstern', 'North Star', 'polestar', {'points': 15_000, 'helped': 150, 'days': 365}, {'solved': 300, 'kudos': 1_000}),
)


def upgrade() -> None:
    ranks = op.create_table('ranks',
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('icon', sa.String(length=30), nullable=False),
    sa.Column('needs', sa.JSON(), nullable=False),
    sa.Column('one_of', sa.JSON(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('level', name=op.f('pk_ranks'))
    )
    op.bulk_insert(ranks, [
        {'level': level, 'names': {'de': german, 'en': english}, 'icon': icon, 'needs': needs, 'one_of': one_of}
        for level, german, english, icon, needs, one_of in LADDER
    ])


def downgrade() -> None:
    op.drop_table('ranks')
