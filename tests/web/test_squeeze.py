"""Answers are sent smaller to whoever takes it so, and are the same."""

from __future__ import annotations

import gzip

import pytest

from tests.web.place import Place

TAKES = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("path", ["/login", "/static/app.css", "/static/console.js", "/board"])
def test_what_comes_squeezed_is_what_comes_plain(place: Place, path: str) -> None:
    client = place.client()
    plain, small = client.get(path, buffered=True), client.get(path, headers=TAKES, buffered=True)
    assert plain.headers["Vary"] == small.headers["Vary"] or "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers and small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 1.5
    assert gzip.decompress(small.data) == plain.data
    assert client.get(path, headers=TAKES, buffered=True).data == small.data


@pytest.mark.parametrize("path", ["/healthz", "/static/fonts/lean-400.woff2", "/nothing", "/events"])
def test_small_answers_fonts_refusals_and_streams_stay_as_they_are(place: Place, path: str) -> None:
    answer = place.log_in("officer-7").get(path, headers=TAKES)
    assert "Content-Encoding" not in answer.headers
    answer.close()


@pytest.mark.parametrize("refused", ["identity", "gzip;q=0", "br"])
def test_who_takes_no_gzip_gets_none(place: Place, refused: str) -> None:
    answer = place.client().get("/static/app.css", headers={"Accept-Encoding": refused}, buffered=True)
    assert "Content-Encoding" not in answer.headers and answer.data.startswith(b"/*")


def test_a_file_that_a_browser_has_is_not_sent_again(place: Place) -> None:
    client = place.client()
    first = client.get("/static/app.css", headers=TAKES, buffered=True)
    again = client.get(
        "/static/app.css", headers={**TAKES, "If-None-Match": first.headers["ETag"]}, buffered=True
    )
    assert again.status_code == 304 and not again.data
