"""Builds the application: explicit lists of blueprints, subscribers and command groups."""

from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask
from flask_compress import Compress
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from community import cli, templating
from community.admin.views import administration as administration_blueprint
from community.admin.views.audit import blueprint as audit_log_blueprint
from community.core import db as database
from community.core import i18n, limits, logs, mail, pages, web
from community.core.assets import Assets
from community.core.health import blueprint as health_blueprint
from community.core.jobs import registry
from community.core.settings import Settings
from community.escalation.calendars.views import blueprint as calendars_blueprint
from community.escalation.cases.subscribers import SUBSCRIPTIONS as SUPPORT_CASES_SUBSCRIPTIONS
from community.escalation.cases.views.absence import blueprint as desk_blueprint
from community.escalation.cases.views.customers import blueprint as case_customers_blueprint
from community.escalation.cases.views.files import blueprint as case_files_blueprint
from community.escalation.cases.views.own import blueprint as support_blueprint
from community.escalation.connectors import configuration as connectors
from community.escalation.connectors.subscribers import SUBSCRIPTIONS as CONNECTOR_SUBSCRIPTIONS
from community.escalation.connectors.views.administration import blueprint as connectors_blueprint
from community.escalation.connectors.views.fragments import blueprint as outside_blueprint
from community.escalation.connectors.views.hooks import blueprint as connector_hooks_blueprint
from community.escalation.csat.views import blueprint as csat_blueprint
from community.escalation.macros.answering import blueprint as templates_blueprint
from community.escalation.macros.views import blueprint as macros_blueprint
from community.escalation.mail_in.subscribers import SUBSCRIPTIONS as MAIL_IN_SUBSCRIPTIONS
from community.escalation.mail_in.views import blueprint as mail_in_blueprint
from community.escalation.publishing.views.customers import blueprint as publications_blueprint
from community.escalation.publishing.views.desk import blueprint as publishing_blueprint
from community.escalation.reports.views import blueprint as reports_blueprint
from community.escalation.side.views import blueprint as side_blueprint
from community.escalation.sla.subscribers import SUBSCRIPTIONS as SLA_SUBSCRIPTIONS
from community.escalation.sla.views import blueprint as sla_blueprint
from community.escalation.teams.views import blueprint as teams_blueprint
from community.escalation.triggers.subscribers import SUBSCRIPTIONS as TRIGGER_SUBSCRIPTIONS
from community.escalation.triggers.views.expecting import blueprint as triggers_blueprint
from community.escalation.triggers.views.handing import blueprint as handover_blueprint
from community.escalation.triggers.views.settings import blueprint as handover_rules_blueprint
from community.identity import security, throttling
from community.identity.providers import settings as providers
from community.identity.views import account as account_blueprint
from community.identity.views import identity as identity_blueprint
from community.identity.views.people import blueprint as people_blueprint
from community.identity.views.preferences import blueprint as preferences_blueprint
from community.identity.views.providers import blueprint as providers_blueprint
from community.importers.views import blueprint as importers_blueprint
from community.notifications.subscribers import SUBSCRIPTIONS as NOTIFICATION_SUBSCRIPTIONS
from community.notifications.views import blueprint as notifications_blueprint
from community.posts.picture_views import blueprint as attachments_blueprint
from community.posts.screening import register_screens
from community.posts.views import blueprint as posts_blueprint
from community.privacy.views import blueprint as privacy_blueprint
from community.questions.feeds import blueprint as feeds_blueprint
from community.questions.subscribers import SUBSCRIPTIONS as QUESTION_SUBSCRIPTIONS
from community.questions.views.accepting import blueprint as acceptance_links_blueprint
from community.questions.views.editing import blueprint as replies_blueprint
from community.questions.views.held import blueprint as held_blueprint
from community.questions.views.likely import blueprint as likely_blueprint
from community.questions.views.lists import boards as boards_blueprint
from community.questions.views.lists import home as home_blueprint
from community.questions.views.lists import tags as tags_blueprint
from community.questions.views.locks import blueprint as questions_blueprint
from community.questions.views.profiles import blueprint as profiles_blueprint
from community.questions.views.regrouping import blueprint as tools_blueprint
from community.questions.views.suggestions import blueprint as suggestions_blueprint
from community.search.subscribers import SUBSCRIPTIONS as SEARCH_SUBSCRIPTIONS
from community.search.views import blueprint as search_blueprint
from moderation.appeals.kinds import KINDS as APPEAL_KINDS
from moderation.appeals.views import blueprint as decisions_blueprint
from moderation.audit.views import blueprint as staff_notes_blueprint
from moderation.cases.kinds import register_kinds
from moderation.cases.rings import KINDS as RING_KINDS
from moderation.cases.subscribers import SUBSCRIPTIONS as CASES_SUBSCRIPTIONS
from moderation.cases.views import blueprint as moderation_blueprint
from moderation.duplicates.kinds import KINDS as DUPLICATE_KINDS
from moderation.duplicates.subscribers import SUBSCRIPTIONS as DUPLICATE_SUBSCRIPTIONS
from moderation.duplicates.views import blueprint as repeated_blueprint
from moderation.edits.kinds import KINDS as EDIT_KINDS
from moderation.edits.subscribers import SUBSCRIPTIONS as EDIT_SUBSCRIPTIONS
from moderation.flags.kinds import KINDS as FLAG_KINDS
from moderation.flags.queries import count_upheld_flags
from moderation.flags.subscribers import SUBSCRIPTIONS as FLAGS_SUBSCRIPTIONS
from moderation.flags.views import blueprint as flags_blueprint
from moderation.held.kinds import KINDS as HELD_KINDS
from moderation.held.newcomers import screen_newcomers
from moderation.held.subscribers import SUBSCRIPTIONS as HELD_SUBSCRIPTIONS
from moderation.held.views import blueprint as screenings_blueprint
from moderation.images.kinds import KINDS as IMAGE_KINDS
from moderation.images.subscribers import SUBSCRIPTIONS as IMAGE_SUBSCRIPTIONS
from moderation.reviews.views import blueprint as reviews_blueprint
from moderation.sanctions.subscribers import SUBSCRIPTIONS as SANCTIONS_SUBSCRIPTIONS
from moderation.sanctions.views import sanctions as sanctions_blueprint
from moderation.spam.cases import KINDS as SPAM_KINDS
from moderation.spam.screen import screen_spam
from moderation.spam.subscribers import SUBSCRIPTIONS as SPAM_SUBSCRIPTIONS
from moderation.spam.views import blueprint as spam_blueprint
from moderation.transparency.views import blueprint as transparency_blueprint
from moderation.words.screen import screen_words
from moderation.words.views import blueprint as words_blueprint
from reputation.adjustments.queries.adjustments import reasons_of
from reputation.adjustments.views import adjustments as adjustments_blueprint
from reputation.adjustments.views import appeals as appeals_blueprint
from reputation.badges.subscribers import SUBSCRIPTIONS as BADGE_SUBSCRIPTIONS
from reputation.badges.views import blueprint as badges_blueprint
from reputation.drafts.views import rules as rules_blueprint
from reputation.fairness.subscribers import SUBSCRIPTIONS as FAIRNESS_SUBSCRIPTIONS
from reputation.leaderboards.subscribers import SUBSCRIPTIONS as LEADERBOARD_SUBSCRIPTIONS
from reputation.leaderboards.views import blueprint as leaderboards_blueprint
from reputation.ledger.subscribers import SUBSCRIPTIONS as LEDGER_SUBSCRIPTIONS
from reputation.payback.reasons import explain_with
from reputation.payback.subscribers import SUBSCRIPTIONS as PAYBACK_SUBSCRIPTIONS
from reputation.payback.views import blueprint as payback_blueprint
from reputation.payouts.views import blueprint as payouts_blueprint
from reputation.ranks.subscribers import SUBSCRIPTIONS as RANK_SUBSCRIPTIONS
from reputation.ranks.views import blueprint as ranks_blueprint
from reputation.superusers.subscribers import SUBSCRIPTIONS as SUPERUSER_SUBSCRIPTIONS
from reputation.superusers.views import blueprint as superusers_blueprint
from reputation.trust import flags as upheld
from reputation.trust import noting
from reputation.trust.subscribers import SUBSCRIPTIONS as TRUST_SUBSCRIPTIONS
from reputation.trust.views import blueprint as trust_blueprint
from reputation.views import blueprint as reputation_blueprint
from reputation.views import standing as standing_blueprint

ROOT = Path(__file__).resolve().parents[1]
MIGRATIONS = ROOT / "migrations"

BLUEPRINTS = (
    health_blueprint,
    identity_blueprint,
    account_blueprint,
    providers_blueprint,
    preferences_blueprint,
    people_blueprint,
    posts_blueprint,
    attachments_blueprint,
    home_blueprint,
    boards_blueprint,
    tags_blueprint,
    questions_blueprint,
    acceptance_links_blueprint,
    replies_blueprint,
    tools_blueprint,
    held_blueprint,
    likely_blueprint,
    suggestions_blueprint,
    profiles_blueprint,
    standing_blueprint,
    leaderboards_blueprint,
    notifications_blueprint,
    search_blueprint,
    importers_blueprint,
    feeds_blueprint,
    triggers_blueprint,
    handover_blueprint,
    case_files_blueprint,
    mail_in_blueprint,
    handover_rules_blueprint,
    csat_blueprint,
    outside_blueprint,
    connectors_blueprint,
    connector_hooks_blueprint,
    macros_blueprint,
    templates_blueprint,
    privacy_blueprint,
    administration_blueprint,
    teams_blueprint,
    calendars_blueprint,
    sla_blueprint,
    reports_blueprint,
    moderation_blueprint,
    reviews_blueprint,
    flags_blueprint,
    sanctions_blueprint,
    spam_blueprint,
    decisions_blueprint,
    transparency_blueprint,
    repeated_blueprint,
    staff_notes_blueprint,
    audit_log_blueprint,
    screenings_blueprint,
    words_blueprint,
    reputation_blueprint,
    trust_blueprint,
    ranks_blueprint,
    adjustments_blueprint,
    appeals_blueprint,
    superusers_blueprint,
    payback_blueprint,
    rules_blueprint,
    badges_blueprint,
    payouts_blueprint,
    desk_blueprint,
    case_customers_blueprint,
    side_blueprint,
    publishing_blueprint,
    publications_blueprint,
    support_blueprint,
)

SUBSCRIPTIONS = (
    NOTIFICATION_SUBSCRIPTIONS,
    SEARCH_SUBSCRIPTIONS,
    TRIGGER_SUBSCRIPTIONS,
    LEDGER_SUBSCRIPTIONS,
    LEADERBOARD_SUBSCRIPTIONS,
    RANK_SUBSCRIPTIONS,
    SUPERUSER_SUBSCRIPTIONS,
    TRUST_SUBSCRIPTIONS,
    BADGE_SUBSCRIPTIONS,
    CASES_SUBSCRIPTIONS,
    IMAGE_SUBSCRIPTIONS,
    FLAGS_SUBSCRIPTIONS,
    DUPLICATE_SUBSCRIPTIONS,
    SANCTIONS_SUBSCRIPTIONS,
    PAYBACK_SUBSCRIPTIONS,
    SPAM_SUBSCRIPTIONS,
    HELD_SUBSCRIPTIONS,
    EDIT_SUBSCRIPTIONS,
    FAIRNESS_SUBSCRIPTIONS,
    SUPPORT_CASES_SUBSCRIPTIONS,
    SLA_SUBSCRIPTIONS,
    MAIL_IN_SUBSCRIPTIONS,
    QUESTION_SUBSCRIPTIONS,
    CONNECTOR_SUBSCRIPTIONS,
)

# Of cases, in the order in which moderators may choose among them.
CASE_KINDS = (
    *(FLAG_KINDS, RING_KINDS, HELD_KINDS, EDIT_KINDS, APPEAL_KINDS, SPAM_KINDS, IMAGE_KINDS),
    DUPLICATE_KINDS,
)

# In this order every text is looked at before it is published: words first, they change it.
SCREENS = (screen_words, screen_newcomers, screen_spam)


def create_app(settings: Settings | None = None) -> web.Forum:
    """Return a ready application; raises ``SettingsError`` when it could not run safely."""
    settings = settings or Settings.from_environment()
    app = web.Forum("community", static_folder=None, instance_path=str(settings.instance_path))
    _configure(app, settings)
    logs.init_app(app, settings.log_format)
    database.init_app(app, settings.sqlalchemy_url)
    Migrate(app, database.db, directory=str(MIGRATIONS), render_as_batch=True)
    i18n.init_app(app, settings.default_language, settings.default_time_zone)
    mail.init_app(app, settings)
    web.init_app(app, render_error=pages.render_error)
    limits.init_app(
        app, settings, security.account_of_cookie, throttling.is_known_browser, security.name_viewer
    )
    security.init_app(app, settings)
    providers.init_app(app, settings)
    connectors.init_app(app, settings)
    noting.init_app(app)
    Assets().init_app(app)
    templating.init_app(app, settings)
    Compress(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for subscriptions in SUBSCRIPTIONS:
        registry.subscribe(subscriptions)
    for kinds in CASE_KINDS:
        register_kinds(kinds)
    register_screens(SCREENS)
    upheld.count_with(count_upheld_flags)
    explain_with(reasons_of)
    cli.init_app(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=settings.former_secret_keys,
        TESTING=settings.environment == "test",
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.uses_https,
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        COMPRESS_ZSTD_LEVEL=3,
        COMPRESS_BR_LEVEL=4,
        MIGRATION_HEAD=ScriptDirectory(str(MIGRATIONS)).get_current_head(),
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        # Not the host: a proxy that leaves X-Forwarded-Host alone would let the client name it.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
