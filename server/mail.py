"""Letters to staff by any mail server: one try, and what came of it. Keeps out what they say and when.

A letter has the same Message-ID however often it is tried, so that one that arrives twice is known for one.
What the server answers is never told on: only a code of ours.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

TIMEOUT_S: Final = 20.0
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
# An address as people write it: one @, no blanks, no signs that part headers.
ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}"
)
LONGEST: Final = 254

Outcome = Literal["sent", "later", "never"]


class MailTable(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"sender": "from"}
):
    """`[mail]` of the server's file: through which server letters go. Without it none go.

    port: else the usual one. password_file: for `user`, read anew for each letter. ca_file: certificates that
    are trusted beside the machine's.
    """

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    sender: Annotated[str, Meta(min_length=3, max_length=LONGEST + 80)]
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """to: addresses. id: of the message, with its angles."""

    to: tuple[str, ...]
    subject: str
    text: str
    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """error: a code of ours where it did not go, or not to all: no-name, no-connection, no-certificate,
    no-answer, no-tls, login, busy, refused, some-refused."""

    outcome: Outcome
    error: str | None = None


class Postman:
    """Safe to use from any thread: each letter has a connection of its own."""

    def __init__(self, table: MailTable, timeout_s: float = TIMEOUT_S) -> None:
        """Raises ValueError for a sender that is no address."""
        name, address = parseaddr(table.sender)
        if not is_address(address):
            raise ValueError(f"[mail] from: '{table.sender}' is no address")
        self.table = table
        self._sender, self._address = Address(name, addr_spec=address), address
        self._timeout_s = timeout_s

    @property
    def domain(self) -> str:
        return self._address.rpartition("@")[2]

    def send(self, letter: Letter) -> Answer:
        """One try."""
        message = self._message(letter)
        try:
            with contextlib.closing(self._connected()) as server:
                refused = server.send_message(message, self._address, list(letter.to))
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return Answer("never", "refused") if all(map(_for_good, codes)) else Answer("later", "busy")
        except (smtplib.SMTPAuthenticationError, UnicodeError):  # smtplib knows no password but in ASCII
            return Answer("later", "login")
        except smtplib.SMTPNotSupportedError:
            return Answer("later", "no-tls")
        except smtplib.SMTPResponseException as error:
            return Answer("never", "refused") if _for_good(error.smtp_code) else Answer("later", "busy")
        except socket.gaierror:
            return Answer("later", "no-name")
        except ssl.SSLError:
            return Answer("later", "no-certificate")
        except ConnectionRefusedError:
            return Answer("later", "no-connection")
        except (OSError, smtplib.SMTPException):
            return Answer("later", "no-answer")
        return Answer("sent", "some-refused" if refused else None)

    def _connected(self) -> smtplib.SMTP:
        table = self.table
        port = table.port or PORTS[table.security]
        if table.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                table.host, port, timeout=self._timeout_s, context=self._trust()
            )
        else:
            server = smtplib.SMTP(table.host, port, timeout=self._timeout_s)
        try:
            if table.security == "starttls":
                server.starttls(context=self._trust())
            if table.user:
                server.login(table.user, self._password())
        except BaseException:
            server.close()
            raise
        return server

    def _password(self) -> str:
        file = self.table.password_file
        try:
            return "" if file is None else file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise smtplib.SMTPAuthenticationError(535, b"") from None

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.table.ca_file is not None:
            context.load_verify_locations(self.table.ca_file)
        return context

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(SMTP)
        message["From"] = self._sender
        message["To"] = [Address(addr_spec=address) for address in letter.to]
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = letter.id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, charset="utf-8", cte="base64")
        return message


def is_address(text: str) -> bool:
    return len(text) <= LONGEST and ADDRESS.fullmatch(text) is not None


def addresses(texts: Sequence[str]) -> tuple[str, ...]:
    """Those that are addresses, each once."""
    return tuple(dict.fromkeys(text for text in texts if is_address(text)))


def _for_good(code: int) -> bool:
    return 500 <= code < 600
