"""Letters through a real mail server: with and without a key, wrong in every way that servers are wrong."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.mail import Answer, Letter, MailTable, Postman, is_address
from tests.mailbox import BUSY, NOBODY, Mailbox

NOW = datetime(2026, 11, 25, 1, 10, tzinfo=UTC)
TO = "motcua@stp.example.vn"
SENDER = "Trung tâm hành chính công <motcua@example.vn>"


def letter(*to: str) -> Letter:
    return Letter(
        to or (TO,), "Nhắc hạn trả kết quả: 2 quá hạn", "Kính gửi Sở Tư pháp,\n", "<a1@example.vn>", NOW
    )


def postman(box: Mailbox, **more: object) -> Postman:
    settings = {"host": "127.0.0.1", "sender": SENDER, "port": box.port, "security": "none"} | more
    return Postman(MailTable(**settings), timeout_s=5)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of `localhost`, by itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begins = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    path = tmp_path_factory.mktemp("key") / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    return path


@pytest.fixture
def box() -> Iterator[Mailbox]:
    found = Mailbox()
    yield found
    found.close()


def test_a_letter_arrives_whole(box: Mailbox) -> None:
    assert postman(box).send(letter(TO, "an@example.vn")) == Answer("sent")
    (got,) = box.wait(1)
    assert got["Subject"] == "Nhắc hạn trả kết quả: 2 quá hạn"
    assert got["From"] == SENDER and got["Message-ID"] == "<a1@example.vn>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["To"] == f"{TO}, an@example.vn"
    assert got.get_content().splitlines() == ["Kính gửi Sở Tư pháp,"]
    assert box.envelopes == [[TO, "an@example.vn"]]


def test_a_refusal_for_good_is_told_from_one_for_now(box: Mailbox) -> None:
    assert postman(box).send(letter(NOBODY)) == Answer("never", "refused")
    assert postman(box).send(letter(BUSY)) == Answer("later", "busy")
    assert postman(box).send(letter(NOBODY, BUSY)) == Answer("later", "busy")
    assert postman(box).send(letter(TO, NOBODY)) == Answer("sent", "some-refused")
    box.answers = ["451 4.3.0 disk full", "554 5.7.1 looks like spam"]
    assert postman(box).send(letter()) == Answer("later", "busy")
    assert postman(box).send(letter()) == Answer("never", "refused")
    assert len(box.got) == 1


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    table = MailTable(host="127.0.0.1", sender=SENDER, port=port, security="none")
    assert Postman(table).send(letter()) == Answer("later", "no-connection")
    nowhere = MailTable(host="mail.invalid", sender=SENDER, port=port, security="none")
    assert Postman(nowhere).send(letter()) == Answer("later", "no-name")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        table = MailTable(host="127.0.0.1", sender=SENDER, port=silent.getsockname()[1], security="none")
        assert Postman(table, timeout_s=0.3).send(letter()) == Answer("later", "no-answer")


def test_an_account_and_a_key_are_used_and_no_stranger_is_trusted(tmp_path: Path, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box = Mailbox(tls=context, login=("motcua", "bi mat cua thu"))
    try:
        secret = tmp_path / "password"
        secret.write_text("bi mat cua thu\n", encoding="utf-8")
        more = {"host": "localhost", "security": "starttls", "user": "motcua", "password_file": secret}
        assert postman(box, **more).send(letter()) == Answer("later", "no-certificate")
        assert postman(box, **more, ca_file=certificate).send(letter()) == Answer("sent")
        for another in ("another", "bí mật của thư"):
            secret.write_text(another, encoding="utf-8")
            assert postman(box, **more, ca_file=certificate).send(letter()) == Answer("later", "login")
        secret.unlink()
        assert postman(box, **more, ca_file=certificate).send(letter()) == Answer("later", "login")
        assert len(box.got) == 1
    finally:
        box.close()


def test_a_server_without_a_key_gets_no_letter_that_wants_one(box: Mailbox) -> None:
    assert postman(box, security="starttls").send(letter()) == Answer("later", "no-tls")
    assert not box.got


@pytest.mark.parametrize(
    "text", ["", "a", "a@", "@b", "a b@c.vn", "a@b.vn\nBcc: x@y.vn", "a@b@c", "x" * 65 + "@b.vn", "ă@b.vn"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert not is_address(text)


def test_a_sender_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(ValueError, match="is no address"):
        Postman(MailTable(host="h", sender="motcua"))
