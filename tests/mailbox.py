"""A mail server of the test's own: what it was given, and how it is to answer."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

NOBODY = "nobody@example.vn"  # whom the server does not know
BUSY = "busy@example.vn"  # for whom it has no time now


@dataclass
class Mailbox:
    """`address` is where it listens, on a port of the system's choice. answers: to the next messages."""

    tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    answers: list[str] = field(default_factory=list)
    got: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._came = threading.Event()
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            tls_context=self.tls,
            require_starttls=self.tls is not None,
            authenticator=self._known if self.login is not None else None,
            auth_required=self.login is not None,
            auth_require_tls=self.tls is not None,
        )
        self._controller.start()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def close(self) -> None:
        """Twice is once."""
        if self._controller.server is not None:
            self._controller.stop()

    def wait(self, count: int) -> list[EmailMessage]:
        """What came, once it is so many."""
        while len(self.got) < count:
            assert self._came.wait(20), f"{len(self.got)} of {count} messages came"
            self._came.clear()
        return self.got

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address == NOBODY:
            return "550 5.1.1 no such user"
        if address == BUSY:
            return "450 4.2.1 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        await asyncio.sleep(0)
        if answer.startswith("250") or answer.startswith("421 after"):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.got.append(message)
            self.envelopes.append(list(envelope.rcpt_tos))
            self._came.set()
        return answer

    def _known(self, server: Any, session: Any, envelope: Any, mechanism: str, said: Any) -> AuthResult:
        assert isinstance(said, LoginPassword) and self.login is not None
        good = (said.login.decode(), said.password.decode()) == self.login
        return AuthResult(success=good, handled=good)


class _Controller(Controller):
    """On the port that the system chose, which the library does not ask for."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
