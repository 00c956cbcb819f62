"""The web server around the application: how many may ask at once, how much, how long; and how it ends.

Answers are made by a few threads; live streams hold none of them (`feeds`), so that 500 pages that listen
cost the hall nothing while it is quiet. A connection that says nothing for half a minute is closed. What
web servers write into logs keeps the addresses of phone pages out: who has one speaks for a ticket.
"""

from __future__ import annotations

import logging
import re
import resource
import threading
from collections.abc import Callable
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore

from server.web.api import MAX_BODY
from server.web.feeds import Feeds
from server.web.wires import channel_for

THREADS = 24  # who makes answers; a table or a PDF of a year may take one for seconds
CONNECTIONS = 2_000  # beside streams: 500 phones that keep theirs, everybody at work, 500 that only pretend
FILES = 4_096  # of the process: connections, streams, and what else it opens
IDLE_S = 30
TURN_S = 1.0
STOP_S = 1.5  # streams notice within a second that the server stops
PHONE_PAGE = re.compile(r"(?<=/t/)[A-Za-z0-9_-]+")


class WebServer:
    """Listens from the start; `run` serves until `stop`, which any thread may call.

    Raises OSError when the port is taken.
    """

    def __init__(self, app: Flask, host: str, port: int, proxy: str | None = None) -> None:
        """proxy: the address of one that is believed where a request came from (X-Forwarded-For). Without it
        everybody behind one has its address, and shares what an address may do.
        """
        logging.getLogger("waitress").setLevel(logging.WARNING)  # else it tells of every page that is left
        for logger in ("waitress", app.name, "server.web.problems"):
            logging.getLogger(logger).addFilter(_without_addresses)
        self._streams, self._feeds = app.extensions["streams"], Feeds()
        allow_files(FILES)
        self._server: Any = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_S,
            max_request_body_size=MAX_BODY,
            asyncore_use_poll=True,  # select() ends at 1,024 files
            ident=None,
            trusted_proxy=proxy,
            trusted_proxy_headers={"x-forwarded-for"} if proxy else set(),
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = channel_for(app, self._feeds)
        self._streams.stopping.clear()
        self._stopped = threading.Event()
        self._closing = threading.Lock()

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def run(self, each_turn: Callable[[], object] = lambda: None) -> None:
        """Serve until `stop`, or until a signal's exception ends the loop. Everything is closed after it.

        each_turn: called by this loop whenever it turns, at least once a second.
        """
        try:
            while not self._stopped.is_set():
                wasyncore.loop(timeout=TURN_S, use_poll=True, map=self._server._map, count=1)
                each_turn()
        finally:
            self._end_answers()
            with self._closing:
                self._stopped.set()
                wasyncore.close_all(self._server._map)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self.run, name="web")
        thread.start()
        return thread

    def stop(self) -> None:
        """End streams, let answers that are being written end, then leave `run`."""
        self._end_answers()
        with self._closing:  # the loop that has ended has closed the pipe that would wake it
            if not self._stopped.is_set():
                self._stopped.set()
                self._server.trigger.pull_trigger()

    def _end_answers(self) -> None:
        self._streams.stopping.set()
        self._feeds.stop()
        self._server.task_dispatcher.shutdown(timeout=STOP_S)


def allow_files(wanted: int) -> None:
    """Let this process have so many files open, or as many as the machine allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _without_addresses(record: logging.LogRecord) -> bool:
    record.msg, record.args = PHONE_PAGE.sub("…", record.getMessage()), None
    return True
