"""Replies as many mail programs write them, and words of customers that only look like a quote."""

import pytest

from community.escalation.mail_in.quotes import strip_reply

NEW = "Danke, das hat geholfen.\n\nJetzt geht auch das WLAN wieder."


@pytest.mark.parametrize(
    "rest",
    [
        "Am Mo., 4. Mai 2026 um 09:03 Uhr schrieb Hilfe <h@forum.test>:\n\n> Hallo Max,",
        "On Mon, May 4, 2026 at 9:03 AM The Long Named Team <\nh@forum.test> wrote:\n\n> Hi",
        "On Mon, May 4, 2026 at 9:03\u202fAM Support <help@forum.test> wrote:\n\n> Hi Max,",
        "Support <help@forum.test> 于2026年5月4日周一 09:03写道\uff1a\n\n> 你好",
        "Support <help@forum.test> ezt írta (időpont: 2026. máj. 4., H, 9:03):\n\n> Szia",
        "*Von:* Hilfe <hilfe@forum.test>\n*Gesendet:* Montag\n*An:* Max\n*Betreff:* Netz\n\nHallo",
        "Von: Hilfe <h@forum.test>\nDatum: Montag\nAn: Max\nBetreff: Re: Netz\n\nHallo",
        "De: Support\nEnviada em: segunda-feira\nPara: Max\nAssunto: Re: falha\n\nOlá",
        "From:   Help\nTo:     m@x.test,\nDate:   05/04/2026\nSubject:        no net\n\nHi",
        "-----help@forum.test wrote: -----\nTo: max@x.test\n\nHi",
        "-----Hilfe <hilfe@forum.test> schrieb: -----\nAn: max@x.test\n\nHallo",
        ">>> Hilfe <hilfe@forum.test> 04.05.26 9.03 Uhr >>>\nHallo Max,\nbitte neu starten.",
        "Von meinem iPhone gesendet\n\n> Am 04.05.2026 um 09:03 schrieb Ann <h@x.test>:\n>\n> Ja",
        "Hilfe schrieb:\n> Hallo Max,\n> bitte neu starten.",
        "Help wrote:\n> Hi Max,",
        "Am 2026-05-04 09:03, schrieb Hilfe:\n> Hallo Max,",
        "Zitat von Hilfe <hilfe@forum.test>:\n\n> Hallo Max,",
        "4. Mai 2026, 09:03 von hilfe@forum.test:\n\n> Hallo Max,\n> bitte",
        "Hilfe <h@x.test> hat am 04.05.2026 09:03 CEST geschrieben:\n\n\nHallo Max",
        "Sent from Yahoo Mail on Android \n \n  On Mon, May 4, 2026 at 9:03 AM, Help<h@x.test> "
        "wrote:   Hi Max",
        "Von Yahoo Mail auf Android gesendet \n \n  Am Mo., Mai 4, 2026 at 9:03 schrieb "
        "Help<h@x.test>:   Hallo",
        "Sent with [Proton Mail](https://proton.me/) secure email.\n\nOn Monday, May 4th, 2026 at "
        "9:03 AM, Help <help@forum.test> wrote:\n\n> Hi Max",
        "\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010\n\nHi Max",
        "Gesendet mit der Telekom Mail App\n\n--- Original-Nachricht ---\nVon: Hilfe\n\nHallo",
        "Gesendet mit AquaMail für Android\nhttps://www.mobisystems.test/aqua-mail\n\n"
        "Am 4. Mai 2026 09:03:11 schrieb Hilfe <hilfe@forum.test>:\n\n> Hallo",
        "Am 4. Mai 2026 09:03:11 MESZ schrieb Hilfe <h@x.test>:\n>Hallo\n\n-- \nDiese Nachricht "
        "wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Outlook für iOS<https://aka.ms/o0ukef> beziehen\n________________________________\n"
        "Von: Hilfe <hilfe@forum.test>\nGesendet: Montag\nAn: Max\nBetreff: Netz\n\nHallo",
        "> Hallo Max,\n>> kein Netz\n> bitte neu starten\n>> seit gestern",
        "> ##- Bitte oberhalb dieser Zeile schreiben -##\n>\n> Hallo Max,",
    ],
)
def test_the_quotation_of_a_program_goes(rest: str) -> None:
    assert strip_reply(f"{NEW}\n\n{rest}\n") == NEW


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "On Mon, May 4, 2026 at 9:03 AM Help <h@x.test> wrote:\n\n> Restarted?\n\nYes, twice.",
            "Yes, twice.",
        ),
        ("> 1. Neustart\nerledigt\n> 2. Reset\nnoch nicht\n> 3. Anruf", "erledigt\nnoch nicht"),
        (
            "Siehe unten.\n\n-- \nMax Muster\nMuster GmbH\n\nAm 04.05.26 um 09:03 schrieb Hilfe:\n"
            "> Welches Gerät?\n\nEine 7590.\n\n> Welcher Tarif?\n\nDer große.",
            "Siehe unten.\n\n\nEine 7590.\n\n\nDer große.",
        ),
        (
            "Siehe unten.\n\nViele Grüße\nMax\n\nAm 04.05.26 um 09:03 schrieb Hilfe:\n> Gerät?\n\n"
            "Eine 7590.",
            "Siehe unten.\n\nViele Grüße\nMax\n\n\nEine 7590.",
        ),
        ("> Geht es?\n\nViele Grüße\nMax", "Viele Grüße\nMax"),
    ],
)
def test_answers_below_and_between_are_kept(body: str, text: str) -> None:
    assert strip_reply(body) == text


@pytest.mark.parametrize(
    "text",
    [
        "Seit gestern:\n\n>50 % Paketverlust\n\nBitte helfen.",
        "Der Ping ist\n> 300 ms\nund das seit Tagen.",
        "Das schlägt fehl:\n\n>>> import socket\n>>> socket.gethostbyname('x')\n\ngaierror",
        "Kundennummer: 12345\n--\nMein Problem: Das Netz fällt aus. Können Sie das prüfen?",
        "Ich habe das versucht:\n\n--\n\nDanach ging gar nichts mehr.",
        "Hallo\n\n________________________________\n\nKurz gesagt: seit Montag kein Netz.",
        "Der Router ist neu.\n\nVon meinem Anschluss kommt kein Signal",
        "Hallo\n\nVon meinem iPad aus geht nichts",
        "Hi\n\nSent from a friend's line: it works there",
        "Hi\n\nSent from the router comes error 550",
        "Gestern\n\nGesendet von der Hotline wurde mir nie etwas",
        "Hallo,\n\nLG Fernseher zeigt kein Bild seit dem Update",
        "Hi,\n\nSincerely hope you fix this soon, my phone is dead",
        "Hello\n\nRegards the invoice, it was paid twice.",
        "Kein Netz.\n\nViele Grüße\nMax\n\nÜbrigens ist die neue Nummer 0171 2345678, bitte rufen "
        "Sie nach 18 Uhr an.",
        "Kein Netz.\n\nMfG\nMax\n\nNachtrag: Es ging heute früh kurz.",
        "Danke.\n\nMit freundlichen Grüßen\nMax\n\nAnlage: Rechnung.pdf\nPosition 3 ist falsch.",
        "Am 3. Mai um 10:15 schrieb mir der Support:\nIhr Vertrag ist gekündigt.\n\nFalsch!",
        "Der Techniker schrieb um 10:15 Uhr:\nWir kommen morgen.\n\nAber niemand kam.",
        "On May 3 at 10:15 your agent wrote to me:\nYour contract is cancelled.\n\nThat is wrong!",
        "Folgende SMS fehlt:\n\nVon: 0171 2345678\nAn: 0172 3456789\nDatum: 3. Mai 2026\n\nWarum?",
        "Kein Netz.\n\nViele Grüße\nMax\n\nWelche vertraulichen Informationen haben Sie von mir?",
        "Anfrage 1: Rechnung\n\nMfG Max\n\n2. Anfrage: Router defekt",
        "Bitte erstatten.\n\nGruß\nMax\n\nKonto: 12345\nBLZ 100 200 30",
        "Meine neue Adresse:\n--\nMusterweg 5\n12345 Berlin",
        "Am 12.03.2026 um 10:15 Uhr schrieb ich Ihnen:\n\nBitte kündigen.\n\nKeine Antwort!",
        "Name: Max\nVon: Berlin\nTo: Hamburg\nDatum: morgen\nIch ziehe um.",
    ],
)
def test_words_of_a_customer_are_kept(text: str) -> None:
    assert strip_reply(text) == text


@pytest.mark.parametrize(
    "signature",
    [
        "Mit freundlichen Grüßen\n\ni. A. Max Muster\nVertrieb\n\nMuster GmbH\nMusterstr. 1, "
        "12345 Berlin\nTel.: +49 30 123456-0 | Fax: -99\nwww.muster.test\n\nGeschäftsführer: "
        "Erika Muster\nAmtsgericht Charlottenburg HRB 12345 B",
        "Mit freundlichen Grüßen\nMax\n\nDiese E-Mail enthält vertrauliche und/oder rechtlich "
        "geschützte Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie sie.",
        "Kind regards,\nMax\n\nThis email is confidential and intended solely for the addressee. "
        "If you are not\nthe intended recipient, please delete it.",
        "Virenfrei.www.avast.com",
        "--\nDiese E-Mail wurde von Avast-Antivirussoftware auf Viren geprüft.\nwww.avast.com",
        "Beste Grüße aus dem sonnigen Freiburg\nMax",
        "Gruß, Max",
        "Mit besten Grüßen\nMax Muster",
        "Schöne Grüße,\nMax und Erika",
        "Von Outlook für Android gesendet",
        "Von meinem iPad",
        "Sent from a little box of wires",
        "Gesendet mit Spark",
        "Gesendet von Mail<https://go.microsoft.test/?LinkId=550986> für Windows",
        "Gesendet mit der GMX Mail App",
        "Von meinem/meiner Galaxy gesendet",
        "_______________________________________________\nforum mailing list\nforum@lists.test",
    ],
)
def test_the_end_that_is_no_message_goes(signature: str) -> None:
    assert strip_reply(f"{NEW}\n\n{signature}\n") == NEW


BANK = "Von: Bank <info@bank.test>\nBetreff: Ihre Zahlung\nDatum: 4. Mai 2026\nAn: m@x.test\n\nJa."


@pytest.mark.parametrize(
    "text",
    [
        f"Bitte prüfen.\n\n---------- Forwarded message ---------\n{BANK}",
        f"Das kam heute:\n\nAnfang der weitergeleiteten Nachricht:\n\n{BANK}",
        "Siehe:\n\nBegin forwarded message:\n\n> From: Bank <info@bank.test>\n> Subject: Pay",
        f"-------- Weitergeleitete Nachricht --------\n{BANK}",
    ],
)
def test_what_is_passed_on_is_the_message(text: str) -> None:
    assert strip_reply(text) == text


def test_an_answer_somewhere_below_an_unmarked_quotation_is_not_lost() -> None:
    for above in ("", "Von meinem iPhone gesendet\n\n"):
        text = f"{above}{BANK}\n\nIch habe am Montag bezahlt."
        assert strip_reply(text) == text


def test_lines_of_a_first_mail_that_look_quoted_are_its_authors() -> None:
    text = "Das Gerät meldet:\n> show version\n> reload\nWas tun?"
    assert strip_reply(text, is_reply=False) == text
    assert strip_reply(text) == "Das Gerät meldet:\nWas tun?"
    assert strip_reply("> nur\n> zitiert", is_reply=False) == ""


def test_nothing_doubtful_is_published() -> None:
    for doubtful in (
        f"{BANK}\n\nIch habe bezahlt.",
        f"---------- Forwarded message ---------\n{BANK}",
        f"Von meinem iPhone gesendet\n\n{BANK}",
        "> nur zitiert",
    ):
        assert strip_reply(doubtful, is_published=True) == ""
        assert strip_reply(f"{NEW}\n\n{doubtful}", is_published=True) == NEW
