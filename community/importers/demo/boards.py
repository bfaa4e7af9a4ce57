"""The boards of the demo community."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoBoard:
    """A board as the demo sets it up; names and descriptions are German, then English."""

    slug: str
    icon: str
    names: tuple[str, str]
    descriptions: tuple[str, str]
    audience: str = "public"


DEMO_BOARDS = (
    DemoBoard(
        "sim-esim",
        "sim",
        ("SIM und eSIM", "SIM and eSIM"),
        (
            "Aktivieren, umziehen, tauschen: alles rund um Karte und Profil",
            "Activate, move, replace: all about the card and the profile",
        ),
    ),
    DemoBoard(
        "network",
        "signal",
        ("Netz und Empfang", "Network and coverage"),
        (
            "Empfang, Datentempo, Störungen und APN",
            "Signal, data speed, outages and APN settings",
        ),
    ),
    DemoBoard(
        "calls",
        "phone",
        ("Telefonie und SMS", "Calls and texts"),
        (
            "VoLTE, WLAN-Telefonie, Mailbox und Nachrichten",
            "VoLTE, Wi-Fi calling, voicemail and messages",
        ),
    ),
    DemoBoard(
        "roaming",
        "globe",
        ("Ausland und Roaming", "Abroad and roaming"),
        (
            "EU, Schweiz, Rest der Welt: was geht und was es kostet",
            "EU, Switzerland, the rest of the world: what works and what it costs",
        ),
    ),
    DemoBoard(
        "bills",
        "receipt",
        ("Rechnung und Bezahlen", "Bills and payment"),
        (
            "Rechnungen verstehen, Lastschrift, Aufladen, Erstattung",
            "Understanding bills, direct debit, top-ups, refunds",
        ),
    ),
    DemoBoard(
        "switching",
        "swap",
        ("Wechseln und Rufnummer mitnehmen", "Switching and porting"),
        (
            "Zu Nordfunk wechseln, Nummer mitbringen, kündigen",
            "Coming to Nordfunk, bringing your number, leaving",
        ),
    ),
    DemoBoard(
        "plans",
        "points",
        ("Tarife und Optionen", "Plans and extras"),
        (
            "Welcher Tarif passt, wechseln, Datenpässe und Familie",
            "Which plan fits, changing it, data passes and family",
        ),
    ),
    DemoBoard(
        "app",
        "lock",
        ("App und Kundenkonto", "App and account"),
        (
            "Anmelden, Fehler in der App, Einstellungen im Konto",
            "Signing in, faults in the app, account settings",
        ),
    ),
    DemoBoard(
        "lounge",
        "people",
        ("Unter uns", "Members' corner"),
        ("Für Mitglieder: Plausch und Vorstellungen", "For members: chat and introductions"),
        audience="members",
    ),
    DemoBoard(
        "staff-room",
        "support",
        ("Teamzimmer", "Staff room"),
        ("Nur fürs Team: Absprachen und Übergaben", "For the team alone: hand-overs and notes"),
        audience="staff",
    ),
)
