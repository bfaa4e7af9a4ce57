"""How many best answers members have on each topic."""

import sqlalchemy as sa
from alembic import op

revision = '0069'
down_revision = '0068'
branch_labels = None
depends_on = None

FACTS = """
  FROM acceptances
  JOIN posts AS answer ON answer.id = acceptances.answer_id
  JOIN posts AS question ON question.id = acceptances.question_id
  JOIN users ON users.id = answer.author_id
  {tags}
  WHERE answer.visibility = 'published' AND question.visibility = 'published'
    AND answer.author_id <> coalesce(acceptances.asker_id, question.author_id)
    AND users.erased_at IS NULL
"""


def upgrade() -> None:
    op.create_table(
        'topic_standings',
        sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('tag_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('board_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('solved_count', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_topic_standings_user_id_users')),
        sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_topic_standings_board_id_boards')),
        sa.PrimaryKeyConstraint('user_id', 'tag_id', 'board_id', name=op.f('pk_topic_standings')),
    )
    into = 'INSERT INTO topic_standings (user_id, board_id, tag_id, solved_count)'
    by_tag = FACTS.format(tags='JOIN post_tags ON post_tags.post_id = question.id')
    op.execute(f'{into} SELECT answer.author_id, question.board_id, post_tags.tag_id, count(*) {by_tag} GROUP BY answer.author_id, question.board_id, post_tags.tag_id')
    op.execute(f'{into} SELECT answer.author_id, question.board_id, 0, count(*) {FACTS.format(tags="")} GROUP BY answer.author_id, question.board_id')


def downgrade() -> None:
    op.drop_table('topic_standings')
