"""A program that asks the interface with a token, for tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from server.people.rights import Right
from tests.web.place import Place

LAND = "environment-land"
_keys = itertools.count(1)


@dataclass
class Program:
    client: FlaskClient
    key: str
    id: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.key}"}

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **more)

    def post(self, path: str, told: Any = None, key: str | None = None, **more: Any) -> Any:
        return self.ask("POST", path, told, key, **more)

    def ask(self, method: str, path: str, told: Any = None, key: str | None = None, **more: Any) -> Any:
        """A change gets a key of its own unless it is told one; "" for none."""
        headers = {**self.headers, **more.pop("headers", {})}
        if method != "GET" and key != "":
            headers["Idempotency-Key"] = key or f"k{next(_keys)}"
        return self.client.open(f"/api/v1{path}", method=method, json=told, headers=headers, **more)


def program(
    place: Place, *scopes: Right, site: str | None = None, until: float = 2e9, name: str = "portal"
) -> Program:
    """A program with these scopes at this centre, or another."""
    words: Iterable[str] = [scope.value for scope in scopes]
    key, made = place.accounts.tokens.make(
        name, site or place.config.site.id, words, until, "chief", place.wall[0]
    )
    return Program(place.client(), key, made.id)
