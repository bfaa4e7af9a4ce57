"""Groups in doubt while a payment is near, and doubts that are gone."""

from alembic import op

revision = '0071'
down_revision = '0070'
branch_labels = None
depends_on = None

BEFORE = ('suspected', 'confirmed', 'cleared', 'undone')
STATES = ('doubted', 'suspected', 'dropped', *BEFORE[1:])


def one_of(values: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    with op.batch_alter_table('ring_findings') as batch:
        batch.drop_constraint(op.f('ck_ring_findings_state'), type_='check')
        batch.create_check_constraint(op.f('ck_ring_findings_state'), one_of(STATES))


def downgrade() -> None:
    # Before, whom a doubt held waited for a decision, and what was gone was forgotten.
    op.execute("UPDATE ring_findings SET state = 'suspected' WHERE state = 'doubted'")
    op.execute("DELETE FROM ring_members WHERE finding_id IN (SELECT id FROM ring_findings WHERE state = 'dropped')")
    op.execute("DELETE FROM ring_findings WHERE state = 'dropped'")
    with op.batch_alter_table('ring_findings') as batch:
        batch.drop_constraint(op.f('ck_ring_findings_state'), type_='check')
        batch.create_check_constraint(op.f('ck_ring_findings_state'), one_of(BEFORE))
