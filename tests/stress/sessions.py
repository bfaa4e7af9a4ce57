"""End a session at one of several real web processes, and count what the others still let in."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from community.app import create_app
from community.core.db import db, transaction
from community.core.settings import Settings
from community.identity.operations.sessions import open_session
from tests.factories.community import make_user
from tests.stress.sign_in import CLIENTS, SECRET, SocketConnection, environment, prepare, serve

PLACE = "/account/sessions"


@dataclass(frozen=True)
class Outcome:
    """Requests before and after the session's end, what was let in, and by how many processes."""

    requests: int
    let_in_before: int
    processes_before: int
    accepted: int
    processes_after: int
    other: int

    @property
    def holds(self) -> bool:
        """Whether the session worked everywhere, and nowhere after its end."""
        return bool(self.let_in_before) and not self.accepted and not self.other


def measure_sessions(folder: Path, *, requests: int, processes: int) -> Outcome:
    """Sign in, ask all processes, sign out at one of them, and ask all of them again.

    Every request has a connection of its own, so that any process may take it; each says in a
    header which one it was.
    """
    prepare(folder)
    cookie = _sign_in(folder)
    settings = {**environment(folder, ""), "FORUM_WEB_PROCESSES": str(processes)}
    with serve(folder, {**settings, "FORUM_RATE_LIMITS": "off", "STRESS_SAYS": "process"}) as site:
        before = _ask_often(site.path, cookie, requests // 10)
        _sign_out(site.path, cookie)
        after = _ask_often(site.path, cookie, requests)
    return Outcome(
        requests=requests,
        let_in_before=_count(before, 200),
        processes_before=len({process for _, process in before}),
        accepted=_count(after, 200),
        processes_after=len({process for _, process in after}),
        other=requests - _count(after, 200) - _count(after, 302),
    )


def _count(answers: Counter[tuple[int, str]], status: int) -> int:
    return sum(number for (found, _), number in answers.items() if found == status)


def _sign_in(folder: Path) -> str:
    """Open a session of a new member; returns its cookie."""
    app = create_app(
        Settings(
            environment="development",
            secret_key=SECRET,
            instance_path=folder,
            log_format="off",
        ).completed()
    )
    with app.app_context():
        user = make_user()
        with transaction():
            _, token = open_session(user, method="password", second_factor=False)
        db.engine.dispose()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={serializer.dumps({'_user_id': token, 'account': user.id})}"


def _sign_out(path: Path, cookie: str) -> None:
    """Sign out as the button does."""
    page, answer = _ask(path, cookie)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page[:200]
    # The form's token is bound to the cookie as the page has set it.
    fresh = (answer.getheader("Set-Cookie") or cookie).partition(";")[0]
    connection = SocketConnection(path)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": fresh}
    connection.request("POST", "/sign-out", urlencode({"csrf_token": token[1]}), form)
    status = connection.getresponse().status
    connection.close()
    assert status in (302, 303), status


def _ask(path: Path, cookie: str) -> tuple[str, HTTPResponse]:
    connection = SocketConnection(path)
    connection.request("GET", PLACE, headers={"Cookie": cookie})
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    return page, response


def _ask_often(path: Path, cookie: str, times: int) -> Counter[tuple[int, str]]:
    def ask(_: int) -> tuple[int, str]:
        _, answer = _ask(path, cookie)
        return answer.status, answer.getheader("X-Process") or ""

    with ThreadPoolExecutor(CLIENTS) as clients:
        return Counter(clients.map(ask, range(times)))
