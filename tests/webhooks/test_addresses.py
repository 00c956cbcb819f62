from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from server.webhooks.addresses import BadAddress, forbidden, resolved, target
from server.webhooks.posting import Poster


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "url-scheme"),
        ("ftp://example.org/", "url-scheme"),
        ("file:///etc/passwd", "url-scheme"),
        ("javascript:alert(1)", "url-scheme"),
        ("gopher://example.org:25/x", "url-scheme"),
        ("//example.org/x", "url-scheme"),
        ("https://", "url-form"),
        ("https://example.org:99999/", "url-form"),
        ("https://example.org:0/", "url-form"),
        ("https://example.org/#x", "url-form"),
        ("https://exa mple.org/", "url-form"),
        ("https://example.org/\r\nX: y", "url-form"),
        ("https://example.org\\@evil.example/", "url-form"),
        ("https://\u0111.example/", "url-form"),
        ("https://[::1/", "url-form"),
        ("https://" + "x" * 500, "url-form"),
        ("https://user:word@example.org/", "url-login"),
        ("http://169.254.169.254/latest/meta-data", "url-forbidden"),
        ("http://[fe80::1]/", "url-forbidden"),
        ("http://[::ffff:169.254.169.254]/", "url-forbidden"),
        ("http://[64:ff9b::a9fe:a9fe]/", "url-forbidden"),
        ("http://[2002:a9fe:a9fe::]/", "url-forbidden"),
        ("http://[fd00:ec2::254]/", "url-forbidden"),
        ("http://0.0.0.0/", "url-forbidden"),
        ("http://[::]/", "url-forbidden"),
        ("http://224.0.0.1/", "url-forbidden"),
        ("http://255.255.255.255/", "url-forbidden"),
    ],
)
def test_what_is_no_address_for_us(url: str, code: str) -> None:
    with pytest.raises(BadAddress) as refused:
        target(url)
    assert refused.value.code == code


def test_an_address_taken_apart() -> None:
    found = target("https://example.org/in?key=1")
    assert (found.host, found.port, found.path, found.shown_host) == (
        "example.org",
        443,
        "/in?key=1",
        "example.org",
    )
    assert target("http://[::1]:8000").shown_host == "[::1]:8000"
    assert target("http://10.1.2.3/x").host == "10.1.2.3"  # a program in the same house is what this is for


@pytest.mark.parametrize("host", ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518"])
def test_other_ways_to_write_an_address_are_looked_at_when_it_is_connected(host: str) -> None:
    """They are names until the system has read them."""
    meant = socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)[0][4][0]
    assert forbidden(ip_address(meant))
    with pytest.raises(BadAddress):
        resolved(host, 80)
    answer = Poster().post(f"http://{host}/latest", {}, b"{}")
    assert (answer.status, answer.error) == (None, "url-forbidden")


def test_what_cannot_be_reached_is_said_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        port = taken.getsockname()[1]
        assert Poster().post(f"http://127.0.0.1:{port}/", {}, b"{}").error == "no-connection"
    assert Poster().post("http://nothing.invalid/", {}, b"{}").error == "no-name"
