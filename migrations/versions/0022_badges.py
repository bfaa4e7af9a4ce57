"""Badges, and who was given them."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

# Key, icon, what is needed, repeatable, names and descriptions in German and English.
DELIVERED = (
    ('first_answer', 'answer', {'answers': 1}, False,
     'Erste Antwort', 'Zum ersten Mal die Frage eines anderen Mitglieds beantwortet.',
     'First answer', 'Answered somebody else’s question for the first time.'),
    ('first_thanks', 'heart', {'thanked': 1}, False,
     'Erstes Dankeschön', 'Zum ersten Mal jemandem Kudos gegeben.',
     'First thank-you', 'Gave somebody kudos for the first time.'),
    ('feedback', 'reply', {'accepted': 1}, False,
     'Gesagt, was half', 'Eine Antwort auf eine eigene Frage akzeptiert, sodass alle sehen, was geholfen hat.',
     'Said what helped', 'Accepted an answer to an own question, so that everybody sees what helped.'),
    ('first_solution', 'solved', {'solved': 1}, False,
     'Erste Lösung', 'Eine eigene Antwort wurde als Lösung akzeptiert.',
     'First solution', 'An own answer was accepted as the solution.'),
    ('solutions_10', 'solved', {'solved': 10}, False,
     'Zehn Lösungen', 'Zehn eigene Antworten auf Fragen anderer wurden akzeptiert.',
     'Ten solutions', 'Ten own answers to questions of others were accepted.'),
    ('solutions_50', 'solved', {'solved': 50}, False,
     'Fünfzig Lösungen', 'Fünfzig eigene Antworten auf Fragen anderer wurden akzeptiert.',
     'Fifty solutions', 'Fifty own answers to questions of others were accepted.'),
    ('solutions_150', 'verified', {'solved': 150}, False,
     '150 Lösungen', '150 eigene Antworten auf Fragen anderer wurden akzeptiert.',
     '150 solutions', '150 own answers to questions of others were accepted.'),
    ('thanks_10', 'heart', {'kudos': 10}, False,
     'Zehnmal Danke', 'Zehn Kudos für eigene Beiträge bekommen.',
     'Ten thanks', 'Received ten kudos for own posts.'),
    ('thanks_100', 'heart', {'kudos': 100}, True,
     'Hundertmal Danke', 'Hundert Kudos für eigene Beiträge bekommen; einmal für jedes Hundert.',
     'A hundred thanks', 'Received a hundred kudos for own posts; once for each hundred.'),
    ('great_answer', 'star', {'best_answer': 10}, False,
     'Volltreffer', 'Eine eigene Antwort, für die zehn Menschen Kudos gaben.',
     'Bullseye', 'An own answer that ten people gave kudos for.'),
    ('good_question', 'ask', {'best_question': 10}, False,
     'Gut gefragt', 'Eine eigene Frage, die zehn andere auch haben.',
     'Well asked', 'An own question that ten others have as well.'),
    ('welcome', 'metoo', {'welcomed': 1}, False,
     'Willkommensgruß', 'Die allererste Frage eines neuen Mitglieds gelöst.',
     'Warm welcome', 'Solved the very first question of a new member.'),
    ('guide', 'compass', {'welcomed': 10}, False,
     'Pate für Neue', 'Die allererste Frage von zehn neuen Mitgliedern gelöst.',
     'Guide for newcomers', 'Solved the very first question of ten new members.'),
    ('many_people', 'people', {'helped': 25}, False,
     'Für viele da', '25 verschiedenen Menschen mit einer Lösung geholfen.',
     'There for many', 'Helped 25 different people with a solution.'),
    ('year', 'clock', {'days': 365, 'written': 1}, True,
     'Ein Jahr dabei', 'Seit einem Jahr Mitglied und mitgeschrieben; einmal für jedes Jahr.',
     'A year with us', 'A member for a year who took part; once for each year.'),
    ('beyond', 'sun', {}, True,
     'Herzensmensch', 'Für etwas Besonderes, das keine Regel zählt; vom Team verliehen.',
     'Big heart', 'For something special that no rule counts; given by the team.'),
)


def upgrade() -> None:
    badges = op.create_table('badges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('descriptions', sa.JSON(), nullable=False),
    sa.Column('icon', sa.String(length=30), nullable=False),
    sa.Column('needs', sa.JSON(), nullable=False),
    sa.Column('repeatable', sa.Boolean(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('holders_count', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_badges')),
    sa.UniqueConstraint('key', name=op.f('uq_badges_key'))
    )
    op.bulk_insert(badges, [
        {
            'key': key, 'icon': icon, 'needs': needs, 'repeatable': repeatable, 'enabled': True,
            'holders_count': 0, 'names': {'de': name_de, 'en': name_en},
            'descriptions': {'de': description_de, 'en': description_en},
        }
        for key, icon, needs, repeatable, name_de, description_de, name_en, description_en in DELIVERED
    ])
    op.create_table('badge_grants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('badge_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('granted_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoke_reason', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['badge_id'], ['badges.id'], name=op.f('fk_badge_grants_badge_id_badges')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['users.id'], name=op.f('fk_badge_grants_granted_by_id_users')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['users.id'], name=op.f('fk_badge_grants_revoked_by_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_badge_grants_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_badge_grants'))
    )
    standing = sa.text('revoked_at IS NULL')
    op.create_index(
        'ix_badge_grants_standing', 'badge_grants', ['badge_id', 'user_id', 'number'],
        unique=True, sqlite_where=standing, postgresql_where=standing,
    )
    op.create_index('ix_badge_grants_user_id', 'badge_grants', ['user_id', 'granted_at', 'id'])
    op.create_index('ix_badge_grants_badge_id', 'badge_grants', ['badge_id', 'granted_at', 'id'])


def downgrade() -> None:
    # What speaks of badges would lead nowhere.
    op.execute("DELETE FROM notifications WHERE kind = 'badge'")
    op.drop_table('badge_grants')
    op.drop_table('badges')
