"""A mail server that writes down what it took, and hangs up now and then at every stage."""

import json
import random
import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from email import message_from_bytes
from multiprocessing import get_context
from pathlib import Path

CASE_NUMBER = re.compile(rb"\bC-(\d+)\b")


@dataclass(frozen=True)
class Delivery:
    """A mail that was answered with 250: which worker brought it, to whom, about which case."""

    worker: str
    to: str
    message_id: str
    case_id: int


@dataclass(frozen=True)
class MailServer:
    """Where it listens, and what it took so far."""

    port: int
    log: Path

    def deliveries(self) -> list[Delivery]:
        """Return all mails that were taken, in order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [Delivery(**json.loads(line)) for line in lines]


@contextmanager
def running_mail_server(log: Path, *, hanging_up: float) -> Iterator[MailServer]:
    """Run a server in a process of its own; ``hanging_up`` is how often, by chance, at each stage.

    It never hangs up between taking a mail and saying so: whoever does not hear of that must send
    it again, which is another thing to test.
    """
    server = _Server(("127.0.0.1", 0), _Talk)
    server.log, server.hanging_up = log, hanging_up
    process = get_context("fork").Process(target=server.serve_forever)
    process.start()
    port = server.server_address[1]
    # Ours would keep connections waiting that nobody takes.
    server.socket.close()
    try:
        yield MailServer(int(port), log)
    finally:
        process.kill()
        process.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    log: Path
    hanging_up: float


class _Talk(socketserver.StreamRequestHandler):
    """As much of SMTP as one mail a connection takes. Source: RFC 5321."""

    server: _Server

    def handle(self) -> None:
        """Talk until the other side or chance ends it."""
        self.worker, self.to = "", ""
        # Who is killed hangs up, too.
        with suppress(ConnectionError):
            self._talk()

    def _talk(self) -> None:
        if self._hangs_up():
            return
        self._say("220 stress")
        for line in self.rfile:
            if self._hangs_up() or not self._answer(line):
                return

    def _answer(self, line: bytes) -> bool:
        verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
        match verb.upper():
            case "EHLO" | "HELO":
                self.worker = rest
            case "RCPT":
                self.to = rest.partition("<")[2].partition(">")[0]
            case "DATA":
                self._say("354 go on")
                return self._take(self._body())
            case "QUIT":
                self._say("221 bye")
                return False
        self._say("250 OK")
        return True

    def _body(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        return b""

    def _take(self, raw: bytes) -> bool:
        if not raw or self._hangs_up():
            return False
        message_id = str(message_from_bytes(raw)["Message-ID"])
        number = CASE_NUMBER.search(raw)
        case_id = int(number[1]) if number else 0
        taken = Delivery(self.worker, self.to, message_id, case_id)
        with self.server.log.open("a") as file:
            file.write(json.dumps(asdict(taken)) + "\n")
        self._say("250 taken")
        return True

    def _hangs_up(self) -> bool:
        return random.random() < self.server.hanging_up

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
