"""The accounts that anybody who tries the demo can sign in with, one for each role."""

from dataclasses import dataclass

DEMO_PASSWORD = "nordfunk-demo"


@dataclass(frozen=True)
class DemoAccount:
    """A person with a password, unlike the members of the content files, who cannot sign in."""

    key: str
    name: str
    role: str
    joined_months_ago: int
    bio: str

    @property
    def email(self) -> str:
        return f"{self.key.split('-')[0]}@nordfunk.example"


DEMO_ACCOUNTS = (
    DemoAccount(
        "kim-customer",
        "Kim Lorenz",
        "member",
        4,
        "Kiel, Nordfunk M mit eSIM. Ich frage, wenn ich nicht weiterweiß.",
    ),
    DemoAccount(
        "tilda-berg",
        "Tilda Berg",
        "superuser",
        58,
        "Flensburg / Bristol. eSIM, porting, bills – ask me in German or English.",
    ),
    DemoAccount(
        "mads-moderator",
        "Mads Iversen",
        "moderator",
        70,
        "Ich halte die Bretter sauber. I keep the boards tidy.",
    ),
    DemoAccount(
        "lena-brockmann",
        "Lena Brockmann",
        "agent",
        33,
        "Support-Team Nordfunk, werktags 8–20 Uhr.",
    ),
    DemoAccount("arne-admin", "Arne Petersen", "admin", 74, "Betreibt diese Community."),
)
