"""Log-in by an OpenID Connect provider: code flow with PKCE, state and nonce.

Knows the provider's addresses and keys, as it publishes them, and what of a token is believed. Keeps out
cookies and accounts: what comes back is who somebody is to the provider, and the roles that follow. Instants
are Unix seconds of the machine. Loaded only by a server whose file has `[oidc]`.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.people.oidc_table import OidcTable
from server.people.rights import Role

log = logging.getLogger(__name__)

TIMEOUT_S = 10
KEPT_S = 3600.0  # how long addresses and keys of the provider are believed
LEEWAY_S = 60  # by which clocks may differ
# A key that the provider publishes and keeps half of; never `none`, and never a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class OidcRefused(Exception):
    """Whoever came back is not believed. `code` is for the audit: state, answer, token or provider."""

    def __init__(self, code: str, why: str) -> None:
        self.code = code
        super().__init__(f"{code}: {why}")


@dataclass(frozen=True, slots=True)
class Trip:
    """What the browser keeps, signed, while somebody is at the provider."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """subject: the provider and what it calls them. roles: None when they do not follow from claims."""

    subject: str
    name: str
    roles: Mapping[str, Role] | None


@dataclass(frozen=True, slots=True)
class _Known:
    about: Mapping[str, Any]
    keys: KeySet
    at: float


class Provider:
    """Safe to use from any thread."""

    def __init__(self, table: OidcTable, secret: str | None) -> None:
        self.name, self.makes_accounts = table.name, table.make_accounts
        self._table, self._secret = table, secret
        self._lock = threading.Lock()
        self._known: _Known | None = None

    def begin(self, returns_to: str, now: float) -> tuple[str, Trip]:
        """Where to send the browser, and what it keeps. Raises `OidcRefused` when the provider is away."""
        trip = Trip(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        about = self._provider(now).about
        with self._session(returns_to) as session:
            address, _ = session.create_authorization_url(
                about["authorization_endpoint"],
                state=trip.state,
                nonce=trip.nonce,
                code_verifier=trip.verifier,
            )
        return str(address), trip

    def finish(self, trip: Trip, answer: Mapping[str, str], returns_to: str, now: float) -> Person:
        """Who came back with this query. Raises `OidcRefused`."""
        if not hmac.compare_digest(answer.get("state", "").encode(), trip.state.encode()):
            raise OidcRefused("state", "the answer is to another question")
        if answer.get("iss", self._table.issuer) != self._table.issuer:
            raise OidcRefused("answer", "it is of another provider")
        if "code" not in answer:
            raise OidcRefused("answer", f"the provider said {ascii(answer.get('error', ''))[:80]}")
        about = self._provider(now).about
        try:
            with self._session(returns_to) as session:
                told = session.fetch_token(
                    about["token_endpoint"], code=answer["code"], code_verifier=trip.verifier
                )
        except (OAuthError, requests.RequestException, ValueError) as error:
            raise OidcRefused("provider", f"it gave no token: {ascii(str(error))[:200]}") from None
        return self._person(self._claims(str(told.get("id_token", "")), trip.nonce, now))

    def _claims(self, token: str, nonce: str, now: float) -> Mapping[str, Any]:
        """What a token says that was signed by the provider, for us, for this log-in, and not long ago."""
        rules = jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._table.issuer},
            aud={"essential": True, "value": self._table.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._opened(token, now)
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OidcRefused("token", ascii(str(error) or repr(error))[:200]) from None
        if claims.get("azp", self._table.client_id) != self._table.client_id:
            raise OidcRefused("token", "it is for another client")
        return claims

    def _opened(self, token: str, now: float) -> dict[str, Any]:
        """The claims of a token with the provider's signature. Its keys are asked for again before one is
        refused: providers change them.
        """
        algorithms = list(ALGORITHMS)
        try:
            return jwt.decode(token, self._provider(now).keys, algorithms=algorithms).claims
        except (JoseError, ValueError):
            return jwt.decode(token, self._provider(now, anew=True).keys, algorithms=algorithms).claims

    def _person(self, claims: Mapping[str, Any]) -> Person:
        name = claims.get(self._table.name_claim)
        if not isinstance(name, str):
            raise OidcRefused("token", f"it has no claim {self._table.name_claim}")
        return Person(
            f"{self._table.issuer} {claims['sub']}"[:400], name.strip().lower(), self._roles(claims)
        )

    def _roles(self, claims: Mapping[str, Any]) -> Mapping[str, Role] | None:
        if not self._table.role:
            return None
        told = claims.get(self._table.role_claim, ())
        held = {told} if isinstance(told, str) else {v for v in told if isinstance(v, str)} if told else set()
        found: dict[str, Role] = {}
        for row in self._table.role:  # of two for one centre the first counts
            if row.value in held:
                found.setdefault(row.site, row.role)
        return found

    def _provider(self, now: float, anew: bool = False) -> _Known:
        """Addresses and keys, as the provider publishes them. Raises `OidcRefused`."""
        with self._lock:
            if self._known is None or anew or not 0 <= now - self._known.at < KEPT_S:
                self._known = self._read(now)
            return self._known

    def _read(self, now: float) -> _Known:
        issuer = self._table.issuer
        try:
            about = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if about.get("issuer") != issuer:
                raise OidcRefused("provider", f"it calls itself {ascii(about.get('issuer'))[:200]}")
            keys: Any = _json(str(about["jwks_uri"]))
            return _Known(about, KeySet.import_key_set(keys), now)
        except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as error:
            raise OidcRefused("provider", f"it does not answer: {ascii(str(error))[:200]}") from None

    def _session(self, returns_to: str) -> OAuth2Session:
        return OAuth2Session(
            self._table.client_id,
            self._secret,
            scope=" ".join(self._table.scopes),
            redirect_uri=returns_to,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            default_timeout=TIMEOUT_S,
        )


def open_provider(table: OidcTable) -> Provider:
    """The provider of the server's file. Raises `OSError` when the secret cannot be read."""
    secret = table.secret_file.read_text(encoding="utf-8").strip() if table.secret_file is not None else None
    return Provider(table, secret)


def _json(address: str) -> dict[str, Any]:
    answer = requests.get(address, timeout=TIMEOUT_S, allow_redirects=False)
    answer.raise_for_status()
    told = answer.json()
    if not isinstance(told, dict):
        raise ValueError(f"{address} is no document")
    return told
