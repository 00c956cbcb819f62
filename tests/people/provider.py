"""A real OpenID provider for tests: Glewlwyd, as Debian has it, in a process of its own, on a free port, with
a database, keys, a client and people made for this test alone.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.brokers import free_port

TABLES = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
CLIENT, SECRET = "motcua", "a secret of the client, for tests only"
PASSWORD = "mat-khau-cua-tinh"
SCOPES = "openid profile"

CONFIG = """
port={port}
bind_address="127.0.0.1"
external_url="http://{host}:{port}"
login_url="login.html"
api_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
log_mode="console"
log_level="ERROR"
cookie_secure=0
cookie_same_site="empty"
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
login_api_enabled=true
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
static_files_mime_types=(
  {{ extension=".html" mime_type="text/html" }}, {{ extension=".js" mime_type="application/javascript" }},
  {{ extension=".css" mime_type="text/css" }}, {{ extension=".json" mime_type="application/json" }}
)
database={{ type="sqlite3" path="{database}" }};
"""


class Provider:
    """`issuer` is where it is. `log_in` does what a person does there in a browser."""

    def __init__(self, folder: Path, returns_to: str, host: str = "127.0.0.1") -> None:
        """returns_to: where the client wants people back. host: what this machine is called; to a browser,
        `localhost` is another site than 127.0.0.1.
        """
        port = free_port()
        self.base = f"http://{host}:{port}"
        self.issuer = f"{self.base}/api/oidc"
        database = folder / "provider.db"
        with sqlite3.connect(database) as db:
            db.executescript(TABLES.read_text(encoding="utf-8"))
            _let_people_have_groups(db)
        db.close()
        config = folder / "provider.conf"
        config.write_text(CONFIG.format(host=host, port=port, database=database), encoding="utf-8")
        self._log = (folder / "provider.log").open("wb")
        self._process = subprocess.Popen(
            ["glewlwyd", f"--config-file={config}"], stdout=self._log, stderr=self._log
        )
        self._admin = requests.Session()
        self._wait()
        self._furnish(returns_to)

    def _wait(self) -> None:
        for _ in range(300):
            assert self._process.poll() is None, Path(self._log.name).read_text(encoding="utf-8")
            try:
                requests.get(f"{self.base}/config", timeout=10)
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError("the provider does not answer")

    def _tell(self, method: str, path: str, told: Any) -> None:
        answer = self._admin.request(method, f"{self.base}/api{path}", json=told, timeout=30)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)

    def _furnish(self, returns_to: str) -> None:
        self._tell("POST", "/auth/", {"username": "admin", "password": "password"})
        self._tell("POST", "/scope/", {"name": "profile", "display_name": "x", "password_required": True})
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        parameters = {
            "iss": self.issuer,
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "key": private.decode(),
            "cert": public.decode(),
            "access-token-duration": 3600,
            "refresh-token-duration": 3600,
            "code-duration": 600,
            "refresh-token-rolling": False,
            "allow-non-oidc": False,
            "auth-type-code-enabled": True,
            "auth-type-token-enabled": False,
            "auth-type-id-token-enabled": True,
            "auth-type-none-enabled": False,
            "auth-type-password-enabled": False,
            "auth-type-client-enabled": False,
            "auth-type-device-enabled": False,
            "auth-type-refresh-enabled": True,
            "subject-type": "public",
            "pkce-allowed": True,
            "pkce-method-plain-allowed": False,
            "pkce-required": True,
            "jwks-show": True,
            "scope": [],
            "additional-parameters": [],
            "claims": [
                {
                    "name": "groups",
                    "type": "string",
                    "user-property": "groups",
                    "mandatory": True,
                    "on-demand": False,
                    "scope": [],
                },
                {
                    "name": "preferred_username",
                    "type": "string",
                    "user-property": "username",
                    "mandatory": True,
                    "on-demand": False,
                    "scope": [],
                },
            ],
        }
        self._tell(
            "POST",
            "/mod/plugin/",
            {
                "module": "oidc",
                "name": "oidc",
                "display_name": "oidc",
                "order_rank": 0,
                "enabled": True,
                "parameters": parameters,
            },
        )
        self._tell(
            "POST",
            "/client/",
            {
                "client_id": CLIENT,
                "name": "motcua",
                "enabled": True,
                "confidential": True,
                "client_secret": SECRET,
                "password": SECRET,
                "redirect_uri": [returns_to],
                "authorization_type": ["code"],
                "token_endpoint_auth_method": ["client_secret_basic"],
                "scope": [],
            },
        )

    def person(self, name: str, *groups: str) -> None:
        scopes = ["g_profile", *SCOPES.split()]
        told = {"username": name, "password": PASSWORD, "enabled": True, "groups": groups, "scope": scopes}
        known = self._admin.get(f"{self.base}/api/user/{name}", timeout=30).status_code == 200
        self._tell("PUT" if known else "POST", f"/user/{name}" if known else "/user/", told)

    def log_in(self, address: str, name: str) -> str:
        """Follow `address`, log in there, agree; where the provider then sends the browser."""
        browser = requests.Session()
        answer = browser.get(address, allow_redirects=False, timeout=30)
        assert answer.status_code == 302 and "login.html" in answer.headers["Location"], answer.text
        told = {"username": name, "password": PASSWORD}
        assert browser.post(f"{self.base}/api/auth/", json=told, timeout=30).status_code == 200
        agreed = browser.put(f"{self.base}/api/auth/grant/{CLIENT}", json={"scope": SCOPES}, timeout=30)
        assert agreed.status_code == 200, agreed.text
        answer = browser.get(address + "&g_continue", allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._admin.close()


def _let_people_have_groups(db: sqlite3.Connection) -> None:
    kept = json.loads(db.execute("SELECT gumi_parameters FROM g_user_module_instance").fetchone()[0])
    kept["data-format"]["groups"] = {"multiple": True, "read": True, "write": True}
    db.execute("UPDATE g_user_module_instance SET gumi_parameters = ?", (json.dumps(kept),))
