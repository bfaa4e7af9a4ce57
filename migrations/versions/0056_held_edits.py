"""What becomes of changed texts: refusals to be appealed against, lessons, and when one is undone."""

import sqlalchemy as sa
from alembic import op

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None

BEFORE = ('post_hidden', 'post_deleted', 'post_restored', 'image_removed', 'notice', 'warning', 'read_only', 'suspension', 'ban')
MEASURES = (*BEFORE[:4], 'edit_refused', *BEFORE[4:])


def one_of(values: tuple[str, ...]) -> str:
    return f"measure IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    with op.batch_alter_table('statements') as batch:
        batch.drop_constraint(op.f('ck_statements_measure'), type_='check')
        batch.create_check_constraint(op.f('ck_statements_measure'), one_of(MEASURES))
    with op.batch_alter_table('spam_lessons') as batch:
        batch.add_column(sa.Column('suggestion_id', sa.Integer(), nullable=False, server_default='0'))
        batch.drop_constraint(op.f('pk_spam_lessons'), type_='primary')
        batch.create_primary_key(op.f('pk_spam_lessons'), ['post_id', 'suggestion_id'])
    with op.batch_alter_table('spam_lessons') as batch:
        batch.alter_column('suggestion_id', server_default=None)
    with op.batch_alter_table('suggested_edits') as batch:
        batch.add_column(sa.Column('reverted_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('suggested_edits') as batch:
        batch.drop_column('reverted_at')
    # What was learned of changes has no place before: its words stay counted.
    op.execute('DELETE FROM spam_lessons WHERE suggestion_id <> 0')
    with op.batch_alter_table('spam_lessons') as batch:
        batch.drop_constraint(op.f('pk_spam_lessons'), type_='primary')
        batch.create_primary_key(op.f('pk_spam_lessons'), ['post_id'])
        batch.drop_column('suggestion_id')
    # A refused change reads as a word to the member there: its statement is theirs and is kept.
    op.execute("UPDATE statements SET measure = 'notice' WHERE measure = 'edit_refused'")
    op.execute("DELETE FROM sanction_wordings WHERE measure = 'edit_refused'")
    with op.batch_alter_table('statements') as batch:
        batch.drop_constraint(op.f('ck_statements_measure'), type_='check')
        batch.create_check_constraint(op.f('ck_statements_measure'), one_of(BEFORE))
