"""Every main page: accessible in light and dark, not too wide, nothing the policy stops."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.browser.chromium import DESKTOP, PHONE, Visitors
from tests.browser.scene import PASSWORD, PROTECTED, RECRUIT, SUSPENDED, Scene, make_scene
from tests.browser.site import Site
from tests.browser.steps import BODY, question_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# What is folded away is part of the page.
# How tall, in pixels, what the page shows is; what only screen readers read does not count.
TALLEST = """() => Math.max(0, ...[...document.querySelectorAll("main *:not(.sr)")]
  .filter(e => e.innerText && e.checkVisibility()).map(e => e.getBoundingClientRect().height))"""
UNFOLD = "document.querySelectorAll('details').forEach((details) => { details.open = true; })"
RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((n) => n.html.slice(0, 160)
      + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`);
}"""
WIDEST = """() => {
  const wide = [...document.querySelectorAll('body *')].filter((element) =>
    element.getBoundingClientRect().right > 361 && !element.closest('.prose, [popover]'));
  const said = wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
  return [document.documentElement.scrollWidth, said];
}"""


def send_empty(page: "Page") -> None:
    page.locator("main form button.btn--primary").last.click()


def send_wrong_password(page: "Page") -> None:
    page.locator("#email").fill("nobody@example.org")
    page.locator("#password").fill("not the password")
    page.locator("main form button.btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def send_bad_registration(page: "Page") -> None:
    page.locator("form[action='/register']").evaluate("(form) => { form.noValidate = true; }")
    page.locator("main form button.btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def send_unfit_address(page: "Page") -> None:
    page.locator("main form").evaluate("(form) => { form.noValidate = true; }")
    page.locator("main form button.btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def send_short_password(page: "Page") -> None:
    page.locator("main form").evaluate("(form) => { form.noValidate = true; }")
    page.locator("#password").fill("short")
    page.locator("main form button.btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def report_nothing(page: "Page") -> None:
    page.locator("main form").evaluate("(form) => { form.noValidate = true; }")
    page.locator("main form .btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def decide_nothing(page: "Page") -> None:
    page.locator("#decide").evaluate("(form) => { form.noValidate = true; }")
    page.locator("#decide .btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def type_wrong_name(page: "Page") -> None:
    page.locator("#name").fill("Änne")
    page.locator("main form .btn--danger").click()
    page.locator("[data-error-summary]").wait_for()


def ask_with_telephone(page: "Page") -> None:
    page.locator("#title").fill("Nobody calls me back about my bill")
    page.locator("#body").fill(f"{BODY} Call 0171 1234567, or write to otto@web.de.")
    page.locator("#board").select_option(index=1)
    page.locator("form[action='/questions'] .btn--primary").last.click()
    page.locator("[name=personal][value=mask]").wait_for()


def try_a_word(page: "Page") -> None:
    page.locator("#body").fill("A text without any watched word in it.")
    page.locator("form[action^='/moderation/words/trial'] button").click()
    page.locator("#met").wait_for()


def send_too_late(page: "Page") -> None:
    page.locator("#body").fill(BODY)
    tokens = page.locator("[name=csrf_token]")
    tokens.evaluate_all("(fields) => fields.forEach((field) => { field.value = 'old'; })")
    page.locator("form[action='/questions'] .btn--primary").last.click()
    page.locator("[id^=typed-]").first.wait_for()


def open_menu(page: "Page") -> None:
    page.locator("[popovertarget=me]").click()


def search_as_you_type(page: "Page") -> None:
    page.locator("main input[type=search]").press_sequentially("aktivierung esim")
    page.locator(".suggestions a").first.wait_for()


def ask_for_similar(page: "Page") -> None:
    page.locator("#title").press_sequentially("Aktivierung der eSIM dauert")
    page.locator(".similar details").first.wait_for()


def sign_in_as(email: str) -> Callable[["Page"], None]:
    def send_password(page: "Page") -> None:
        page.locator("#email").fill(email)
        page.locator("#password").fill(PASSWORD)
        page.locator("form[action='/sign-in'] .btn--primary").click()
        page.wait_for_url(lambda url: not url.endswith("/sign-in"))

    return send_password


def begin_app(page: "Page") -> None:
    page.locator("form[action='/account/factors/totp'] button").click()
    page.locator("#code").fill("000000")
    page.locator("form[action$='/confirmation'] .btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def renew_codes(page: "Page") -> None:
    page.locator("form[action='/account/factors/recovery-codes'] button").click()
    page.locator("ol.codes").wait_for()


def send_wrong_code(page: "Page") -> None:
    page.locator("#code").fill("000000")
    page.locator("#code").press("Enter")
    page.locator("[data-error-summary]").wait_for()


class Shown(NamedTuple):
    """A page: who looks at it, where it is, and what to do there first."""

    who: str
    path: str | Callable[[Scene], str]
    act: Callable[["Page"], None] | None = None
    has_terms: bool = False


def question(name: str) -> Callable[[Scene], str]:
    return lambda scene: question_path(getattr(scene, name))


PAGES = {
    "home": Shown("guest", "/"),
    "home, suggesting": Shown("helper", "/", search_as_you_type),
    "menu": Shown("asker", "/", open_menu),
    "questions": Shown("guest", "/questions"),
    "my questions": Shown("asker", "/questions?show=mine"),
    "nothing in a list": Shown("moderator", "/questions?show=mine"),
    "board": Shown("helper", "/boards/sim-esim"),
    "tag": Shown("guest", "/tags/tablet"),
    "tags": Shown("guest", "/tags"),
    "points as guest": Shown("guest", "/reputation"),
    "own points": Shown("helper", "/reputation"),
    "what opens when": Shown("guest", "/privileges"),
    "own powers": Shown("helper", "/privileges"),
    "tags of a question": Shown("asker", lambda scene: f"/posts/{scene.open.id}/tags"),
    "ranks as guest": Shown("guest", "/ranks"),
    "own rank": Shown("helper", "/ranks"),
    "standing": Shown("guest", lambda scene: f"/users/{scene.helper.id}/points"),
    "leaderboard as guest": Shown("guest", "/leaderboard"),
    "own place on a leaderboard": Shown("helper", "/leaderboard?period=all"),
    "superusers": Shown("guest", "/superusers"),
    "own page as superuser": Shown("helper", "/account/superuser"),
    "superusers, as administrator": Shown("admin", "/admin/superusers"),
    "badges as guest": Shown("guest", "/badges"),
    "own badges": Shown("helper", lambda scene: f"/users/{scene.helper.id}/badges"),
    "badge, to be given": Shown("admin", "/badges/1"),
    "open question as guest": Shown("guest", question("open")),
    "open question as asker": Shown("asker", question("open")),
    "open question as helper": Shown("helper", question("open")),
    "solved question as guest": Shown("guest", question("solved")),
    "solved question as asker": Shown("asker", question("solved")),
    "solved question as moderator": Shown("moderator", question("solved")),
    "closed question as asker": Shown("asker", question("closed")),
    "question that waits, as asker": Shown("asker", question("needs_info")),
    "question that waits, as moderator": Shown("moderator", question("needs_info")),
    "handing over": Shown("admin", "/admin/handover"),
    "handing over from a board": Shown(
        "admin", lambda scene: f"/admin/handover/boards/{scene.open.board_id}"
    ),
    "way to the support team": Shown("helper", lambda scene: f"/questions/{scene.open.id}/support"),
    "support team, as moderator": Shown(
        "moderator", lambda scene: f"/questions/{scene.open.id}/support"
    ),
    "ask": Shown("asker", "/questions/new", ask_for_similar),
    "expected answer": Shown("guest", "/questions/new/expectation?board=sim-esim"),
    "ask with errors": Shown("asker", "/questions/new", send_empty),
    "edit": Shown("asker", lambda scene: f"/posts/{scene.open.id}/revisions/new"),
    "suggest a change": Shown(
        "asker", lambda scene: f"/posts/{scene.others.id}/suggestions/new", send_empty
    ),
    "suggested change": Shown("asker", lambda scene: f"/suggestions/{scene.suggested.id}"),
    "suggested changes": Shown("asker", "/suggestions"),
    "for what a post was reported": Shown(
        "moderator", lambda scene: f"/posts/{scene.flagged.id}/flags"
    ),
    "reviews": Shown("helper", "/reviews"),
    "probably solved": Shown("helper", "/likely-solutions"),
    "review": Shown("helper", lambda scene: scene.review, send_empty),
    "history": Shown("guest", lambda scene: f"/posts/{scene.edited.id}/history"),
    "search with hits": Shown("guest", "/search?q=esim"),
    "search without hits": Shown("guest", "/search?q=zeppelin"),
    "notifications": Shown("asker", "/notifications"),
    "notification settings": Shown("asker", "/preferences/notifications"),
    "preferences": Shown("asker", "/preferences"),
    "display name": Shown("asker", "/account/name"),
    "terms": Shown("asker", "/account/terms", has_terms=True),
    "how satisfied somebody was": Shown(
        "guest", lambda scene: f"/satisfaction/{scene.satisfaction}?mark=4"
    ),
    "link that is used up": Shown("guest", "/acceptances/forged"),
    "no more questions": Shown(
        "guest", lambda scene: f"/satisfaction/{scene.satisfaction}/refusal"
    ),
    "desk": Shown("admin", "/desk?show=all"),
    "support case, as agent": Shown("admin", lambda scene: f"/desk/cases/{scene.support_case}"),
    "own support cases": Shown("asker", "/account/cases"),
    "own support case": Shown("asker", lambda scene: f"/cases/{scene.support_case}"),
    "consent to publish": Shown("guest", lambda scene: f"/publications/{scene.consent}"),
    "text to publish": Shown("admin", lambda scene: f"/desk/cases/{scene.asked_case}/publication"),
    "side conversations": Shown("admin", lambda scene: f"/desk/cases/{scene.support_case}/side"),
    "customer records": Shown("admin", lambda scene: f"/desk/cases/{scene.support_case}/customer"),
    "mirror": Shown("admin", lambda scene: f"/desk/cases/{scene.support_case}/mirror"),
    "connectors": Shown("admin", "/admin/connectors"),
    "customer of a case": Shown(
        "admin", lambda scene: f"/desk/cases/{scene.support_case}/background"
    ),
    "macros": Shown("admin", "/desk/macros"),
    "new macro": Shown("admin", "/desk/macros/new"),
    "macro": Shown("admin", lambda scene: f"/desk/macros/{scene.macro}"),
    "templates": Shown(
        "moderator", lambda scene: f"/questions/{scene.open.id}/templates?template={scene.macro}"
    ),
    "deadlines kept": Shown("admin", "/desk/deadlines?by=priority&kind=first"),
    "list of deadlines": Shown("admin", "/desk/deadlines/clocks?result=all"),
    "satisfaction": Shown("admin", "/desk/satisfaction"),
    "who was asked": Shown("admin", "/desk/satisfaction/answers?show=asked"),
    "leaving a mailing": Shown("guest", lambda scene: f"/unsubscribe/{scene.unsubscription}"),
    "devices": Shown("asker", "/account/sessions"),
    "proof of identity": Shown("asker", "/verify"),
    "proof by second factor": Shown("protected", "/verify", send_wrong_code),
    "second factor": Shown("guest", "/sign-in", sign_in_as(PROTECTED)),
    "second factors": Shown("protected", "/account/factors"),
    "no second factor yet": Shown("asker", "/account/factors"),
    "second factor required": Shown("guest", "/sign-in", sign_in_as(RECRUIT)),
    "authenticator app": Shown("asker", "/account/factors", begin_app),
    "recovery codes": Shown("protected", "/account/factors", renew_codes),
    "own profile": Shown("helper", lambda scene: f"/users/{scene.helper.id}"),
    "another's profile": Shown("guest", lambda scene: f"/users/{scene.asker.id}"),
    "sign-in with error": Shown("guest", "/sign-in", send_wrong_password),
    "register with error": Shown("guest", "/register", send_bad_registration),
    "reset": Shown("guest", "/reset"),
    "reset with error": Shown("guest", "/reset", send_unfit_address),
    "sign-in by mail": Shown("guest", "/sign-in/link"),
    "confirmation again": Shown("guest", "/confirmations"),
    "mail on its way": Shown("guest", "/mail-sent/registration"),
    "registration to confirm": Shown("guest", lambda scene: f"/confirmations/{scene.links[0]}"),
    "sign-in link": Shown("guest", lambda scene: f"/sign-in/link/{scene.links[1]}"),
    "new password": Shown("guest", lambda scene: f"/reset/{scene.links[2]}", send_short_password),
    "new address": Shown("asker", lambda scene: f"/email-changes/{scene.links[3]}"),
    "spent link": Shown("guest", "/reset/spent"),
    "account": Shown("asker", "/account"),
    "own data": Shown("asker", "/account/data"),
    "own pictures": Shown("asker", "/account/pictures"),
    "erasure, with the wrong name": Shown("asker", "/account/data/erasure", type_wrong_name),
    "own data of somebody leaving": Shown("leaving", "/account/data"),
    "closing of an account": Shown(
        "administrator", lambda scene: f"/admin/people/{scene.helper.id}/closing"
    ),
    "change of password": Shown("asker", "/account/password", send_short_password),
    "change of address": Shown("asker", "/account/email"),
    "tools for a question": Shown("admin", lambda scene: f"/posts/{scene.others.id}/tools"),
    "cases": Shown("admin", "/moderation/cases"),
    "audit log": Shown("admin", "/admin/audit"),
    "staff notes": Shown("admin", lambda scene: f"/users/{scene.asker.id}/notes"),
    "case": Shown("admin", lambda scene: f"/moderation/cases/{scene.case.id}"),
    "case of flags, claimed": Shown("moderator", lambda scene: scene.question_case),
    "case of flags, refused": Shown("moderator", lambda scene: scene.question_case, decide_nothing),
    "case of flags, open": Shown("admin", lambda scene: scene.answer_case),
    "report of a post": Shown("asker", lambda scene: f"/posts/{scene.others.id}/flags/new"),
    "report, refused": Shown(
        "asker", lambda scene: f"/posts/{scene.others.id}/flags/new", report_nothing
    ),
    "report of a member": Shown("asker", lambda scene: f"/users/{scene.helper.id}/flags/new"),
    "own reports": Shown("asker", "/account/flags"),
    "mending": Shown("helper", lambda scene: f"/posts/{scene.flagged.id}/mending"),
    "people": Shown("admin", "/admin/people"),
    "nobody of that name": Shown("admin", "/admin/people?q=zeppelin"),
    "person, as administrator": Shown("admin", lambda scene: f"/admin/people/{scene.helper.id}"),
    "person with a board": Shown("admin", lambda scene: f"/admin/people/{scene.local.id}"),
    "groups": Shown("admin", "/admin/groups"),
    "groups, with errors": Shown("admin", "/admin/groups", send_unfit_address),
    "group": Shown("admin", lambda scene: f"/admin/groups/{scene.group.id}"),
    "ranks, as administrator": Shown("admin", "/admin/ranks"),
    "rank": Shown("admin", "/admin/ranks/3"),
    "badges, as administrator": Shown("admin", "/admin/badges"),
    "new badge": Shown("admin", "/admin/badges/new"),
    "badge, as administrator": Shown("admin", "/admin/badges/9"),
    "teams": Shown("admin", "/admin/teams"),
    "new team": Shown("admin", "/admin/teams/new"),
    "team": Shown("admin", "/admin/teams/1"),
    "agent": Shown("admin", lambda scene: f"/admin/agents/{scene.admin.id}"),
    "calendars": Shown("admin", "/admin/calendars"),
    "new calendar": Shown("admin", "/admin/calendars/new"),
    "calendar": Shown("admin", "/admin/calendars/1"),
    "SLA policies": Shown("admin", "/admin/sla"),
    "new SLA policy": Shown("admin", "/admin/sla/new"),
    "SLA policy": Shown("admin", "/admin/sla/1"),
    "when it would be due": Shown("admin", "/admin/sla/due"),
    "no moment": Shown("admin", "/admin/sla/due?at=soon"),
    "boards": Shown("admin", "/admin/boards"),
    "audience": Shown("admin", lambda scene: f"/admin/boards/{scene.board.id}/audience"),
    "own appeals": Shown("helper", "/reputation/appeals"),
    "line to appeal against": Shown(
        "helper", lambda scene: f"/reputation/entries/{scene.points.entries['author']}/appeal"
    ),
    "adjustments": Shown("admin", "/admin/adjustments"),
    "points of a member": Shown("admin", lambda scene: f"/admin/people/{scene.helper.id}/points"),
    "adjustment that waits": Shown(
        "admin", lambda scene: f"/admin/adjustments/{scene.points.waiting['author']}"
    ),
    "appeals": Shown("moderator", "/admin/appeals"),
    "appeal to answer": Shown(
        "moderator", lambda scene: f"/admin/appeals/{scene.points.taken['moderator']}"
    ),
    "decisions": Shown("helper", "/account/decisions"),
    "decision to appeal against": Shown(
        "helper", lambda scene: f"/account/decisions/{scene.told.id}"
    ),
    "decision, appealed against": Shown(
        "helper", lambda scene: f"/account/decisions/{scene.told.id + 1}"
    ),
    "read-only": Shown("silent", "/account/decisions"),
    "suspension": Shown("guest", "/sign-in", sign_in_as(SUSPENDED)),
    "watched words": Shown("admin", "/moderation/words", try_a_word),
    "asked again": Shown("moderator", "/moderation/repeated?days=all"),
    "what waits on boards": Shown("moderator", "/moderation/boards"),
    "what waits on a board": Shown(
        "moderator", lambda scene: f"/moderation/boards/{scene.open.board_id}/screening"
    ),
    "what of mine waits": Shown("asker", "/held-posts"),
    "ask with personal data": Shown("asker", "/questions/new", ask_with_telephone),
    "measures in force": Shown("moderator", "/moderation/sanctions"),
    "measures about a member": Shown(
        "moderator", lambda scene: f"/moderation/people/{scene.suspended.id}/sanctions"
    ),
    "clean-up": Shown(
        "moderator", lambda scene: f"/moderation/people/{scene.suspended.id}/cleanup"
    ),
    "measures, how they are told": Shown("admin", "/moderation/wordings"),
    "wording of a measure": Shown("admin", "/moderation/wordings/suspension/de"),
    "transparency": Shown("guest", "/transparency"),
    "rules of points": Shown("admin", "/admin/point-rules"),
    "draft of rules": Shown(
        "admin", lambda scene: f"/admin/point-rules/drafts/{scene.points.draft_id}"
    ),
    "simulation of rules": Shown(
        "admin", lambda scene: f"/admin/point-rules/simulations/{scene.points.simulation_id}"
    ),
    "not found": Shown("guest", "/questions/999999999"),
    "not allowed": Shown("asker", lambda scene: f"/posts/{scene.others.id}/revisions/new"),
    "expired form": Shown("asker", "/questions/new", send_too_late),
}


# Addresses of accounts and their administration that show no page of their own, and why.
NOT_SHOWN = {
    "/cases/<int:case_id>/satisfaction": "the same page as by the link in the mail",
    "/cases/<int:case_id>/publication": "the same page as by the link in the mail",
    "/account/data/archives/<int:export_id>": "a file",
    "/account/factors/totp": "reached by sending the form: authenticator app",
    "/sign-in/second-factor": "reached by signing in: second factor",
    "/sign-in/providers/<name>": "a redirect to the provider",
    "/sign-in/providers/<name>/callback": "a redirect from the provider",
    "/account/providers": "needs a provider: test_providers.py",
    "/sign-in/providers/<name>/account": "needs a provider: test_providers.py",
    "/verify/providers/<name>": "a redirect to the provider",
    "/suspension": "reached by signing in: suspension",
    "/suspension/<token>": "a redirect to the suspension",
    "/moderation/cases/<int:case_id>/state": "a line of the case",
    "/moderation/cases/count": "a number in the header",
    "/transparency/<int:year>": "the same page as without a year",
}
# Blueprints whose every page has to stand in the list above.
LISTED = (
    "account",
    "administration",
    "csat",
    "decisions",
    "flags",
    "identity",
    "macros",
    "moderation",
    "preferences",
    "privacy",
    "providers",
    "publications",
    "publishing",
    "sanctions",
    "spam",
    "suggestions",
    "reviews",
    "screenings",
    "templates",
    "transparency",
    "words",
)


# Of the package, as the site is: a process that takes over tests of others comes back to these.
@pytest.fixture(scope="package")
def scene(site: Site) -> Scene:
    return make_scene(site)


@pytest.fixture
def show(
    visitors: Visitors, scene: Scene, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., "Page"]:
    def open_page(name: str, **options: Any) -> "Page":
        shown = PAGES[name]
        if shown.has_terms:
            _set_terms(site, monkeypatch)
        who = None if shown.who == "guest" else getattr(scene, shown.who)
        page = visitors.open(who, **options)
        page.goto(shown.path if isinstance(shown.path, str) else shown.path(scene))
        if shown.act:
            shown.act(page)
        return page

    return open_page


def _set_terms(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the site terms that nobody has agreed to yet, for one test."""
    terms = {"terms_url": "/terms.html", "terms_version": "2"}
    settings = replace(site.app.config["SETTINGS"], **terms)
    monkeypatch.setitem(site.app.config, "SETTINGS", settings)
    for name, value in terms.items():
        monkeypatch.setitem(site.app.jinja_env.globals, name, value)


def test_no_page_of_accounts_is_missing(site: Site, scene: Scene) -> None:
    pages = {
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in LISTED
    }
    adapter = site.app.url_map.bind("localhost")
    paths = [
        page.path if isinstance(page.path, str) else page.path(scene) for page in PAGES.values()
    ]
    shown = {adapter.match(path.partition("?")[0], return_rule=True)[0].rule for path in paths}
    assert pages - shown == set(NOT_SHOWN)


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_a_phone_and_breaks_no_policy(name: str, show: Callable[..., "Page"]) -> None:
    page = show(name, viewport=PHONE, locale="de-DE", is_mobile=True, has_touch=True)
    assert page.locator("html").get_attribute("lang") == "de"
    page.evaluate(UNFOLD)
    width, wide = page.evaluate(WIDEST)
    assert width <= PHONE["width"], wide
    assert page.evaluate(TALLEST) > 20, "there is nothing to be seen"


# Each page in two of the four ways to see it, taking turns.
@pytest.mark.parametrize(
    ("name", "scheme", "viewport"),
    [
        pytest.param(name, scheme, viewport, id=f"{name}-{scheme}-{viewport['width']}")
        for number, name in enumerate(PAGES)
        for scheme, viewport in zip(
            ("light", "dark"), (PHONE, DESKTOP) if number % 2 else (DESKTOP, PHONE), strict=True
        )
    ],
)
def test_axe_finds_nothing_serious(
    name: str, scheme: str, viewport: dict[str, int], show: Callable[..., "Page"]
) -> None:
    locale = "de-DE" if viewport is PHONE else "en-GB"
    page = show(
        name,
        color_scheme=scheme,
        viewport=viewport,
        locale=locale,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page.evaluate(UNFOLD)
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE) == []
