"""What a text is judged by."""

import pytest

from moderation.spam.facts import DAY, Facts, evidence_against, tokens_of_facts
from moderation.spam.tokens import MOST_CHARS, shingles_of, tokens_of
from tests.pace import within


def test_words_and_pairs_count_once_and_folded() -> None:
    found = tokens_of("Cheap Pills", "CHEAP pills cheap pills")
    assert {"w:cheap", "w:pills", "b:cheap pills", "t:cheap"} <= found
    assert sum(token == "w:cheap" for token in found) == 1


def test_numbers_are_known_by_their_length_alone() -> None:
    found = tokens_of("", "Call 01721234567 or write to jane.doe@gmail.com, code 4711")
    assert {"has:phone", "has:mail", "m:gmail.com", "w:#4"} <= found
    assert not any("0172" in token or "jane" in token or "4711" in token for token in found)


@pytest.mark.parametrize(
    ("body", "token"),
    [
        ("see https://shop.example.top/a", "d:shop.example.top"),
        ("see https://shop.example.top/a", "tld:top"),
        ("see https://bit.ly/3x", "link:shortened"),
        ("see http://192.0.2.7/x", "link:number"),
        ("see https://xn--pypal-4ve.com", "link:foreign"),
        ("see [paypal.com](https://evil.example/x)", "link:masked"),
        ("see hxxps://evil.example", "link:broken"),
        ("write to shop dot com", "link:broken"),
        ('<a href="x">here</a>', "link:html"),
        ("earn $500 a day", "has:money"),
        ("v i a g r a for you", "w:viagra"),
        ("v i a g r a for you", "hides:gaps"),
        ("buy v1agra", "w:viagra"),
        ("buy via\u200bgra", "w:viagra"),
        ("buy via\u200bgra", "hides:characters"),
        ("p\u0430ypal", "hides:scripts"),
        ("\uff43\uff41\uff53\uff49\uff4e\uff4f", "w:casino"),
        ("\u043a\u0430\u0437\u0438\u043d\u043e", "s:cyrillic"),
        ("BUY NOW BUY NOW", "caps:60"),
        ("wow!!! yes!!! now!!!", "calls:8"),
        ("\U0001f911\U0001f911\U0001f911", "signs:3"),
        ("http://[::1", "links:0"),
    ],
)
def test_what_advertisements_do_is_seen(body: str, token: str) -> None:
    assert token in tokens_of("", body)


def test_what_everybody_does_is_no_disguise() -> None:
    found = tokens_of("Wi-Fi 6 im E-Mail-Client?", "Ich habe 3 Geräte, z. B. ein iPhone 15 Pro.")
    assert not any(token.startswith(("hides:", "link:")) for token in found)


def test_links_to_this_site_are_none() -> None:
    found = tokens_of("", "see https://forum.example/questions/7", own_host="forum.example")
    assert "links:0" in found


@pytest.mark.parametrize(
    "text",
    [
        "a" * 30_000,
        "a." * 15_000,
        "1 2" * 10_000,
        "[a](" * 7_500,
        "@" * 30_000,
        "https://" * 3_750,
        "\u0301" * 30_000,
        "x-" * 15_000,
        "a@" * 15_000,
        "+1 (2) " * 4_000,
        "\u0430a " * 10_000,
        "a dot " * 5_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    within(0.5, lambda: (tokens_of(text, text), shingles_of(text, text)))


def test_only_the_start_of_a_long_text_counts() -> None:
    assert "w:late" not in tokens_of("", "word " * MOST_CHARS + "late")


def test_near_copies_share_most_runs_of_words() -> None:
    text = "Win big at the best casino in town with a free bonus for every new player today"
    one, other = shingles_of("", text), shingles_of("", text.replace("today", "tonight"))
    assert len(one & other) / len(one | other) > 0.8
    assert shingles_of("", "too short") == frozenset()


def test_facts_become_steps() -> None:
    new = tokens_of_facts(Facts(DAY / 3, posts_last_hour=5, copies=1, mail_is_disposable=True))
    assert {"f:age:day", "f:hour:4", "f:copies:1", "f:mail:disposable"} <= new
    assert "f:age:old" in tokens_of_facts(Facts(400 * DAY))


def test_a_first_text_means_something_else_below_a_question() -> None:
    asks = tokens_of_facts(Facts(DAY / 3, language="de"))
    answers = tokens_of_facts(Facts(DAY / 3, kind="answer", question_age=5 * DAY))
    own = tokens_of_facts(Facts(DAY / 3, kind="answer", question_age=5 * DAY, in_own=True))
    assert {"f:question:posts:0", "f:question:age:day", "f:language:de"} <= asks
    assert {"f:answer:posts:0", "f:answer:age:day", "f:answer:late:72"} <= answers
    assert {"f:own:posts:0", "f:own:late:72"} <= own
    assert not any(":late:" in token for token in asks)


def test_trust_speaks_against_spam() -> None:
    assert [evidence_against(level) for level in (0, 1, 2, 4)] == [0, 0, 1.0, 3.0]
