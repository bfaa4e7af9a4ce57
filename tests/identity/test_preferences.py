"""What readers choose for themselves."""

import pytest

from tests.factories.community import make_user, reload

CHOSEN = {
    "language": "de",
    "reads_languages": ["en", "de"],
    "time_zone": "Pacific/Auckland",
    "theme": "dark",
    "bio": "Radio engineer.\nRetired.",
}


def language_of(client, **headers):
    page = client.get("/sign-in", headers={n.replace("_", "-"): v for n, v in headers.items()}).text
    return "de" if '<html lang="de"' in page else "en"


def test_the_browser_s_language_is_spoken(client):
    assert language_of(client, Accept_Language="de-CH,de;q=0.9,en;q=0.8") == "de"
    assert language_of(client, Accept_Language="en-GB,de;q=0.5") == "en"
    assert language_of(client, Accept_Language="de;q=0, en;q=0.1") == "en"
    assert language_of(client, Accept_Language="fr") == "en"


def test_a_chosen_language_outranks_the_browser_s(client):
    response = client.submit("/language", {"language": "de", "next": "/sign-in"})
    assert (response.status_code, response.location) == (303, "/sign-in")
    assert language_of(client, Accept_Language="en") == "de"


def test_a_member_s_language_outranks_the_cookie_and_is_kept(app, client):
    user = make_user(language="en")
    client.sign_in(user).set_cookie("language", "de")
    assert '<html lang="en"' in client.get("/preferences").text
    client.submit("/language", {"language": "de"})
    assert reload(user).language == "de"
    assert '<html lang="de"' in client.get("/preferences").text


def test_the_language_cookie_lasts_a_year(client):
    cookie = client.submit("/language", {"language": "de"}).headers["Set-Cookie"]
    assert "Max-Age=31536000" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("address", ["/language", "/theme"])
@pytest.mark.parametrize("value", ["", "xx", "de; Path=/x", "\x00", "dark\r\nSet-Cookie: a=b"])
def test_what_is_no_choice_changes_nothing(client, address, value):
    response = client.submit(address, {address[1:]: value, "next": "https://evil.example"})
    assert (response.status_code, response.location) == (303, "/")
    assert client.get_cookie(address[1:]) is None


@pytest.mark.parametrize("address", ["/language", "/theme"])
def test_a_choice_takes_a_csrf_token_and_a_form(client, address):
    assert client.post(address, data={"language": "de", "theme": "dark"}).status_code == 400
    assert client.get(address).status_code == 405


def test_a_theme_is_kept_on_the_device_and_in_the_account(client):
    user = make_user()
    client.sign_in(user)
    client.submit("/theme", {"theme": "dark"})
    assert client.get_cookie("theme").value == "dark"
    assert reload(user).theme == "dark"
    assert 'data-theme="dark"' in client.get("/preferences").text


def test_preferences_are_kept(client):
    user = make_user()
    client.sign_in(user)
    response = client.submit("/preferences", CHOSEN)
    assert (response.status_code, response.location) == (303, "/preferences")
    kept = reload(user)
    assert (kept.language, kept.reads_languages) == ("de", "de,en")
    assert (kept.time_zone, kept.theme, kept.shortcuts) == ("Pacific/Auckland", "dark", False)
    assert kept.bio == "Radio engineer. Retired."
    page = client.get("/preferences").text
    assert '<html lang="de" data-theme="dark"' in page
    assert '<option value="Pacific/Auckland" selected>' in page


def test_the_page_offers_a_member_s_own_choices(client):
    user = make_user(language="de", time_zone="Asia/Tokyo", bio="Hello.", shortcuts=True)
    page = client.sign_in(user).get("/preferences").text
    assert '<option value="Asia/Tokyo" selected>' in page
    assert '<option value="de" selected>' in page
    assert 'name="shortcuts" value="1" checked' in page
    assert ">Hello.</textarea>" in page


@pytest.mark.parametrize(
    "changed",
    [
        {"language": "xx"},
        {"reads_languages": ["de", "xx"]},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"theme": "pink"},
        {"bio": "x" * 501},
        {"language": ""},
    ],
)
def test_what_does_not_fit_is_refused_and_the_rest_kept(client, changed):
    user = make_user()
    response = client.sign_in(user).submit("/preferences", {**CHOSEN, **changed})
    assert response.status_code == 422
    assert "data-error-summary" in response.text
    if "bio" not in changed:
        assert "Radio engineer." in response.text
    assert reload(user).bio == ""


def test_fields_that_are_not_offered_change_nothing(client):
    user = make_user()
    client.sign_in(user).submit("/preferences", {**CHOSEN, "role": "admin", "points": "9"})
    kept = reload(user)
    assert (kept.role, kept.points) == ("member", 0)


def test_a_bio_is_shown_as_text(client):
    user = make_user()
    client.sign_in(user).submit("/preferences", {**CHOSEN, "bio": "<script>alert(1)</script>"})
    page = client.get(f"/users/{user.id}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
