"""Boards for groups; tags counted by board."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

COUNTS = """
INSERT INTO board_tag_counts (tag_id, board_id, questions_count)
SELECT post_tags.tag_id, questions.place_id, count(*)
FROM post_tags
JOIN posts ON posts.id = post_tags.post_id
JOIN questions ON questions.id = posts.id
WHERE posts.visibility = 'published'
GROUP BY post_tags.tag_id, questions.place_id
"""


def upgrade() -> None:
    allow_audiences("'public', 'members', 'groups', 'staff'")
    # The counts by audience stay beside it: the release before still works on this schema.
    op.create_table('board_tag_counts',
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.Column('board_id', sa.Integer(), nullable=False),
    sa.Column('questions_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_board_tag_counts_board_id_boards')),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_board_tag_counts_tag_id_tags')),
    sa.PrimaryKeyConstraint('tag_id', 'board_id', name=op.f('pk_board_tag_counts'))
    )
    op.create_index('ix_board_tag_counts_board_id', 'board_tag_counts', ['board_id', 'questions_count', 'tag_id'])
    op.execute(COUNTS)


def allow_audiences(names: str) -> None:
    """Replace the check of a board's audience."""
    with op.batch_alter_table('boards', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_boards_audience'), type_='check')
        batch_op.create_check_constraint(op.f('ck_boards_audience'), f"audience IN ({names})")


def downgrade() -> None:
    found = op.get_bind().execute(sa.text("SELECT slug FROM boards WHERE audience = 'groups'"))
    slugs = [slug for (slug,) in found]
    if slugs:
        # Nobody but the operator can say who else shall read them.
        raise RuntimeError(f"Give these boards another audience first: {', '.join(slugs)}")
    op.drop_index('ix_board_tag_counts_board_id', 'board_tag_counts')
    op.drop_table('board_tag_counts')
    allow_audiences("'public', 'members', 'staff'")
