"""What is left of a mail when its quotations and signatures are gone."""

import pytest

from community.escalation.mail_in.html_text import html_to_text
from community.escalation.mail_in.quotes import strip_reply
from tests.pace import within

NEW = "Die zweite Möglichkeit hat geholfen.\n\n- Router neu gestartet\n- SIM getauscht"
GERMAN = [
    "Am 3. März 2026 um 10:15 schrieb Nordfunk <hilfe@example.test>:\n\n> Geht es wieder?\n> Mo",
    "Am 03.03.26 um 10:15 schrieb Nordfunk:\n> Geht es wieder?",
    "Nordfunk <hilfe@example.test> schrieb am Di., 3. März 2026, 10:15:\n\n> Geht es wieder?",
    "Am Di., 3. März 2026 um 10:15 Uhr schrieb Nordfunk <\nhilfe@example.test>:\n\nGeht es?",
    "-----Ursprüngliche Nachricht-----\nVon: Nordfunk\nGesendet: Dienstag, 3. März 2026 10:15\n"
    "An: Ann\nBetreff: Re: Kein Netz\n\nGeht es wieder?",
    "________________________________\nVon: Nordfunk <hilfe@example.test>\n"
    "Gesendet: Dienstag, 3. März 2026 10:15\nAn: Ann\nBetreff: Re: Kein Netz\n\nGeht es wieder?",
    "Am Di., 3. März 2026 um 10:15 Uhr schrieb Nordfunk <\nh@example.test>:\n\nGeht es wieder?",
    "-------- Ursprüngliche Nachricht --------\nBetreff: Netz\nDatum: 3. März\nVon: Nordfunk\n\nX",
    "Gesendet: Dienstag, 03. März 2026 um 10:15 Uhr\nVon: Nordfunk <x@example.test>\nAn: Ann\n\nX",
    "##- Bitte oberhalb dieser Zeile antworten -##\n\nGeht es wieder?",
]
ENGLISH = [
    "On Tue, 3 Mar 2026 at 10:15, Nordfunk <help@example.test> wrote:\n\n> Does it work?",
    "On Mar 3, 2026, at 10:15 AM, Nordfunk Help\n<help@example.test> wrote:\n\nDoes it work?",
    "From: Nordfunk\nSent: Tuesday, 3 March 2026 10:15\nTo: Ann\nSubject: No net\n\nDoes it work?",
    "Nordfunk <help@example.test> wrote:\n> Does it work?",
    '3.3.2026, 10:15, "Nordfunk" <help@example.test>:\n\n> Работает?',
    "Le mar. 3 mars 2026 à 10:15, Nordfunk <help@example.test> a écrit :\n\n> Ça marche ?",
]


@pytest.mark.parametrize("quotation", GERMAN + ENGLISH)
def test_what_stands_above_a_quotation_is_left(quotation: str) -> None:
    assert strip_reply(f"{NEW}\n\n{quotation}\n") == NEW
    assert strip_reply(f"{NEW}\r\n\r\n{quotation}\r\n".replace("\n", "\r\n")) == NEW


@pytest.mark.parametrize("quotation", [GERMAN[0], GERMAN[1], GERMAN[2], *ENGLISH[:1], ENGLISH[3]])
def test_what_stands_below_a_quotation_is_left(quotation: str) -> None:
    assert strip_reply(f"{quotation}\n\n{NEW}\n") == NEW


def test_answers_between_quoted_lines_are_left() -> None:
    text = f"{GERMAN[1]}\n\nJa, seit heute.\n\n> Und das Telefon?\n\nDas auch."
    assert strip_reply(text) == "Ja, seit heute.\n\n\nDas auch."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nMax Muster\nMuster GmbH\nTel. 030 123456",
        "--\nMax",
        "Mit freundlichen Grüßen\n\nMax Muster\nMusterstraße 1\n12345 Berlin\nTel.: 030 123456",
        "Viele Grüße aus Berlin\nMax",
        "Mit freundlichen Grüßen / Kind regards\nMax",
        "LG Max",
        "MfG\nM. Muster",
        "Best regards,\nMax Muster",
        "Kind regards\nMax",
        "Von meinem iPhone gesendet",
        "Gesendet von Mail für Windows",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Sent from my iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Viele Grüße\nMax\n\nVon meinem iPhone gesendet",
    ],
)
def test_a_signature_goes(signature: str) -> None:
    assert strip_reply(f"{NEW}\n\n{signature}\n") == NEW
    assert strip_reply(f"{NEW}\n\n{signature}\n\n{GERMAN[0]}") == NEW


@pytest.mark.parametrize(
    "text",
    [
        "On my phone I wrote: nothing works",
        "Der Kundendienst schrieb am 3. Mai:\nIhr Vertrag ist gekündigt.",
        "Von meinem Handy gesendete SMS kommen nicht an, was ist da los?",
        "Sent from my desk, is much easier then my mobile phone.",
        "Ich habe das -- wie beschrieben -- versucht.",
        "Von: 8 Uhr an geht nichts.\nBis: abends",
        "Viele Grüße aus Berlin. Mein Problem ist, dass seit gestern nichts mehr geht.\n"
        "Wann kommt jemand?",
        "Thanks,\nAlex",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "Hallo\n\n***\n\nzweiter Teil",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert strip_reply(text) == text


def test_a_postscript_below_the_name_stays() -> None:
    text = "Danke!\n\nViele Grüße\nMax\n\nPS: Wann wird die Rechnung erstattet?"
    assert strip_reply(text) == text


def test_a_mail_that_is_nothing_but_a_greeting_is_kept() -> None:
    assert strip_reply("Viele Grüße\nMax") == "Viele Grüße\nMax"


def test_a_mail_that_only_quotes_says_nothing() -> None:
    assert strip_reply("> du schriebst\n> dies\n") == ""
    assert strip_reply(GERMAN[1]) == ""


def test_what_is_passed_on_is_kept() -> None:
    text = f"Das kam bei mir an:\n\n{GERMAN[5]}"
    assert "Geht es wieder?" in strip_reply(text, is_forward=True)
    assert strip_reply(text) == "Das kam bei mir an:"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Hallo</p><p>Welt</p>", "Hallo\n\nWelt"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<ul><li>eins</li><li>zwei</li></ul>", "- eins\n- zwei"),
        ("<style>p{}</style><STYLE>x</Style><script>alert(1)</script>ja", "ja"),
        ("<!-- nein --><p>ja", "ja"),
        ("1 &lt; 2 &amp; 3 < 4", "1 < 2 & 3 < 4"),
        ("<blockquote>alt<blockquote>älter</blockquote></blockquote>neu", "> alt\n>> älter\nneu"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<p>ja</p><script>alert(1)", "ja"),
    ],
)
def test_a_page_becomes_text(page: str, text: str) -> None:
    assert html_to_text(page) == text


@pytest.mark.parametrize(
    "rest",
    [
        '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Am Di., 3. März 2026 um 10:15 '
        'Uhr schrieb Ann &lt;<a href="mailto:a@b.test">a@b.test</a>&gt;:<br></div>'
        '<blockquote class="gmail_quote">alt</blockquote></div>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Ann</div><p>alt',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Ann &lt;<a '
        'href="mailto:a@b.test">a@b.test</a>&gt;</p></div><p>alt</p>',
        '<div class="moz-cite-prefix">Am 03.03.26 um 10:15 schrieb Ann:<br></div>'
        '<blockquote type="cite">alt</blockquote>',
        '<div class="yahoo_quoted"><div>Am Dienstag schrieb Ann:</div><div>alt</div></div>',
    ],
)
def test_a_pages_quotation_goes(rest: str) -> None:
    assert strip_reply(html_to_text(f"<div>Das ist neu.</div><br>{rest}")) == "Das ist neu."


@pytest.mark.parametrize(
    "text",
    ["On " + "a " * 90_000, "On 1:00 wrote:\n>\n" * 10_000, "--\n" * 60_000, "From: \n" * 25_000,
     ">" * 190_000, "best " * 38_000, "\n" * 190_000, "\u200b" * 190_000,
     ("-" * 299 + "\n") * 630, ("-" * 9 + " wrote" * 48 + "\n") * 630, ("- " * 149 + "\n") * 630,
     ("on " + "<a@b> wrote" * 25 + "\n") * 630, ("<a@" * 99 + ":\n> q\n") * 600],
    ids=["on", "wrote", "dashes", "from", "quoted", "best", "empty", "invisible",
         "rules", "between dashes", "spaced", "attributions", "brackets"],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    within(1, lambda: strip_reply(text))
