"""Display names: what can be one, and which are the same to the eye."""

import json

import pytest

from community.identity.lookalikes import mixes_scripts, skeleton_of, skeletons_of
from community.identity.names import (
    is_in_mixed_scripts,
    is_well_formed_name,
    mention_name_of,
    name_columns,
    name_key_of,
    tidy_name,
)
from community.identity.reserved_names import is_reserved_name
from tests.pace import within
from tests.shared_data import shared_data

SITE = "Nordfunk"
ORDINARY = [
    *("Müller", "José", "Łukasz", "Đặng", "Иван", "李雷", "يوسف", "Зоя", "שרה", "Ελένη", "ΝΊΚΟΣ"),
    *("Nguyễn Thị Hương", "Søren", "Žofie", "Þóra", "Oğuz", "Ayşe", "İpek", "Straße", "田中さくら"),
    *("김민준", "रवि", "สมชาย", "Tilda Berg", "Jo", "Dr. Müller", "j.smith", "Niamh O'Kelly"),
    *("D’Angelo", "A 1", "Kim (Kiel)", "Lars & Ute", "x" * 40, "Kim Лоренц", "Tom2024"),
]


@pytest.mark.parametrize("name", ORDINARY)
def test_names_people_have_are_accepted(name):
    name = tidy_name(name)
    assert is_well_formed_name(name)
    assert not is_in_mixed_scripts(name)
    assert not is_reserved_name(name, site_name=SITE)
    assert name_key_of(mention_name_of(name)) == name_key_of(name)


@pytest.mark.parametrize(
    "name",
    [
        *("J", "x" * 41, "!!", "...", "", "   ", "a\nb", "a\tb", "a\x00b", "a\x7fb"),
        *("a\u200bb", "a\u200db", "a\u2028b", "a\u202eb", "a\ufeffb", "a\u00adb", "a\u2066b"),
        *("a\u034fb", "a\u115fb", "a\u3164b", "a\uffa0b", "a\ufe0fb", "a\u180bb", "a\u2800b"),
        *("a\U000e0041b", "a\ue000b", "a\ud800b", "Kim\u0301\u0301\u0301\u0301", "a\u20ddb"),
        *(
            "www.x",
            "x.com",
            "evil.shop now",
            "x．com",
            "a/b",
            "a@b",
            "a\\b",
            "https://evil.example",
        ),
        *("Lena ✔", "Lena ★", "Kim 😀", "a|b", "<b>Kim</b>", "Kim; Lena", "$kim", "#kim"),
    ],
)
def test_what_cannot_be_a_name_is_refused(name):
    assert not is_well_formed_name(tidy_name(name))


@pytest.mark.parametrize("name", ["Ｋｉｍ", "𝓚𝓲𝓶", "Ⓚⓘⓜ", "Kim\u00a0", "  Kim "])
def test_letters_are_kept_in_their_plain_form(name):
    assert tidy_name(name) == "Kim"


@pytest.mark.parametrize(
    "name", ["Кim", "Paυl", "Jоhn Smith", "Καl", "ΑlaskaJazz", "Ѕven", "mаx_m"]
)
def test_words_in_mixed_scripts_are_noticed(name):
    assert is_in_mixed_scripts(name)


@pytest.mark.parametrize("word", ["東京タワー", "きょう今日", "서울", "Tシャツ", "ㄅ李", "A李"])
def test_scripts_that_belong_together_are_not_mixed(word):
    assert not mixes_scripts(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("Paul", "PauI"), ("Paul", "pau1"), ("Ola", "0la"), ("Arne", "Ame"), ("Willi", "VViIIi")),
        *(("José", "jose"), ("Łukasz", "Lukasz"), ("Søren", "Soren"), ("Straße", "STRASSE")),
        *(("Anna", "Аnna"), ("Anna", "А n n a"), ("Иван", "ИВАН"), ("Νίκος", "ΝΊΚΟΣ")),
    ],
)
def test_names_that_look_alike_are_equal(one, other):
    assert skeleton_of(one) == skeleton_of(other)


def test_capitals_of_another_script_are_seen_through():
    assert skeleton_of("Maxine") in skeletons_of("ΜΑΧΙΝΕ")


@pytest.mark.parametrize(("one", "other"), [("Anna", "Hanna"), ("Lea", "Leo"), ("Jan", "Jon")])
def test_different_names_stay_different(one, other):
    assert skeleton_of(other) not in skeletons_of(one)


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_stored_of_a_name_fits_its_columns(name):
    columns = name_columns(name * 40)
    assert len(columns["name_key"]) <= 120
    assert 0 < len(columns["name_skeleton"]) <= 120


@pytest.mark.parametrize(
    "name",
    [
        *("Admin", "ADMIN", "4dmin", "admin1", "xX Admin Xx", "Ad-min", "Аdmin", "SysAdmin"),
        *("The_Moderator", "MOD", "Ottmar Mods", "rnoderator", "Moderatorin", "Superuser Kim"),
        *("Support", "Support-Team", "Supportteam", "S u p p o r t", "Lena (Support)", "5upp0rt"),
        *("lenaSupport", "Supportteam24", "Team Nord", "The Staff", "Staff Member", "sta f f"),
        *("Nordfunk", "Nordfunk Support", "NordfunkHelfer", "nord funk", "N0rdfunk", "Nоrdfunk"),
        *("Kundenservice Nord", "Kundenbetreuerin", "Mitarbeiter Max", "offizieller Account"),
        *("root", "R00t", "roott", "System", "Billing", "securityteam", "noreply", "Bot"),
        *(
            "Former member",
            "former member 7",
            "ehemaliges Mitglied",
            "Ehemaliges Mitglied 12",
            "Gast",
            "everyone",
            "alle",
            "Administratorin",
        ),
    ],
)
def test_names_that_sound_like_staff_are_reserved(name):
    assert is_reserved_name(name, site_name=SITE)


@pytest.mark.parametrize(
    "name",
    [
        *("Stafford", "Rot", "Steam", "Teamer", "Peter Root", "Dog Owner", "Staf", "Rod", "Modi"),
        *("Modesta", "Madeleine", "BVB Supporter", "Sad Minnie", "Robot", "Al", "Ale", "Anna All"),
        *("System of a Down", "Agent Smith", "Kommod", "Hans Gast", "Guestav", "Dominik", "Theme"),
    ],
)
def test_names_that_only_resemble_reserved_ones_are_free(name):
    assert not is_reserved_name(name, site_name=SITE)


def test_the_name_of_the_site_is_whatever_it_is_called():
    assert is_reserved_name("Kim from Südkabel", site_name="Südkabel")
    assert is_reserved_name("Uno Team", site_name="Uno")
    assert not is_reserved_name("Unosto", site_name="Uno")
    assert not is_reserved_name("Nordfunk", site_name="Südkabel")


def test_checking_takes_the_same_time_whatever_is_typed():
    within(0.5, _check_the_slowest_names)


def _check_the_slowest_names():
    for name in ("mods" * 10, "s" * 40, "teamt" * 8, "nullnone" * 5, "al" * 20, "allall" * 6 + "x"):
        is_reserved_name(name, site_name=SITE)
        is_well_formed_name(name)
        is_in_mixed_scripts(name)


def test_every_row_of_the_shared_names_is_as_it_expects():
    lines = shared_data("security/usernames.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    wrong = [row["id"] for row in rows if _is_stopped(row) != row["expect"].startswith("reject")]
    assert len(rows) >= 204
    assert wrong == []


def _is_stopped(row):
    name = tidy_name(row["input"])
    if not is_well_formed_name(name) or is_in_mixed_scripts(name):
        return True
    taken = row["looks_like"] is not None and skeleton_of(row["looks_like"]) in skeletons_of(name)
    return taken or is_reserved_name(name, site_name=SITE)
